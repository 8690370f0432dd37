import FileConnector
import Foundation
import IntegrationCore
import IntegrationFormats
import IntegrationTesting
import Testing

/// A folder: what is sent is appended to one file, and another one is followed.
private struct FileHome: ConnectorHome {
    static let offers: ConnectorOffers = [.destination, .source]
    var offers: ConnectorOffers { Self.offers }

    let folder: URL

    func destination(_ variant: ConnectorVariant) async throws -> any Destination {
        FileDestination(path: folder.appendingPathComponent("out").path)
    }

    func source(_ variant: ConnectorVariant) async throws -> any Source {
        FileSource(path: folder.appendingPathComponent("in").path, codec: LinesCodec(), mode: .follow)
    }

    func feed(_ messages: [ContractMessage]) async throws {
        let file = folder.appendingPathComponent("in")
        if !FileManager.default.fileExists(atPath: file.path) { try Data().write(to: file) }
        let handle = try FileHandle(forWritingTo: file)
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(messages.map { $0.body + "\n" }.joined().utf8))
        try handle.close()
    }

    func arrived() async throws -> [ContractMessage] {
        let data = FileManager.default.contents(atPath: folder.appendingPathComponent("out").path) ?? Data()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map { ContractMessage(String($0)) }
    }
}

@Suite("The file connector and the contract of connectors")
struct FileContractTests {
    @Test(.timeLimit(.minutes(1)), arguments: ConnectorContract.checks(of: FileHome.offers))
    func `files keep the contract`(_ check: ConnectorContract.Check) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("contract-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await check.run(FileHome(folder: folder))
    }
}
