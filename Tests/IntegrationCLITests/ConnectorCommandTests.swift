import Glibc
import Testing

@Suite("Connector commands") struct ConnectorCommandTests {
    /// A port that was free a moment ago.
    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, size) == 0 && getsockname(descriptor, pointer, &size) == 0
            }
        }
        try #require(code)
        return Int(UInt16(bigEndian: address.sin_port))
    }

    /// A folder whose connector `own` leads to the engine's own source, and `gone` to nobody.
    private func folder() throws -> Folder {
        let folder = try Folder()
        let (port, closed) = (try Self.freePort(), try Self.freePort())
        try folder.write(
            "integration.yaml",
            """
            storage: {path: ./data}
            connectors:
              gone: {type: http, base_url: "http://127.0.0.1:\(closed)", timeout: 2s}
              own: {type: http, base_url: "http://127.0.0.1:\(port)", timeout: 2s}
              wire: {type: mqtt, broker: "mqtt://127.0.0.1:1883", client_id: x}
            services:
              customers: {type: http, connector: own, request: {path: "/{{ $key }}"}}
            flows:
              in:
                source: {type: http, listen: "127.0.0.1:\(port)", path: /*, method: [GET, HEAD, POST], ack: settled}
                destination: {type: drop}
              out:
                source: {type: generate, rate: 5, body: {id: 1}}
                destination: {connector: gone, path: /x}
            """)
        return folder
    }

    private func run(_ folder: Folder, _ arguments: String...) throws -> Executable.Result {
        try Executable.run(["connector"] + arguments, in: folder)
    }

    @Test func `without an engine the configuration is read, and a test says where it fails`() throws {
        let folder = try folder()
        let list = try run(folder, "list")
        #expect(list.status == 0, "\(list.words)")
        #expect(
            list.output.split(separator: "\n").map { $0.split(separator: " ").first ?? "" } == [
                "CONNECTOR", "gone", "own", "wire",
            ])
        #expect(list.output.contains("service customers"))
        let gone = try run(folder, "test", "gone")
        #expect(gone.status == 69)
        #expect(gone.output.contains("✓ resolve"))
        #expect(gone.output.contains("✗ connect"))
        #expect(gone.words.contains("Error: Connection refused [IE3002]\nCause: "))
        let json = try run(folder, "test", "gone", "-o", "json")
        #expect(json.status == 69)
        #expect(json.output.contains(#""reachable":false"#))
        #expect(json.output.contains(#""step":"connect","outcome":"failed""#))
        #expect(json.words.isEmpty)
        let unknown = try run(folder, "test", "gon")
        #expect(unknown.status == 1)
        #expect(unknown.words.contains("Did you mean `gone`?"))
        let unbuilt = try run(folder, "test", "wire")
        #expect(unbuilt.status == 1)
        #expect(unbuilt.words.contains("connectors of type `mqtt` can't be tested in this build"))
    }

    @Test func `a running engine tries for itself, and says how its connectors stand`() throws {
        let folder = try folder()
        // What has no part in this build would keep it from running.
        let text = try folder.read("integration.yaml").split(separator: "\n").filter { !$0.contains("mqtt") }
        try folder.write("integration.yaml", text.joined(separator: "\n"))
        let engine = try RunningEngine(in: folder)
        let own = try run(folder, "test", "own")
        #expect(own.status == 0, "\(own.words)\(own.output)")
        #expect(own.output.contains("✓ request"))
        // The flow has found out by itself that nobody is there.
        try engine.wait { try run(folder, "list").output.contains("open, next try in ") }
        let status = try run(folder, "status", "gone")
        let users = status.output.split(separator: "\n").first { $0.hasPrefix("  used by ") }
        #expect(users?.hasSuffix("  flow out") == true, "\(status.output)")
        #expect(status.output.contains("Error: Connection refused [IE3002]"))
        let json = try run(folder, "status", "gone", "-o", "json")
        #expect(json.output.contains(#""circuit":"open""#) || json.output.contains(#""circuit":"half-open""#))
    }

    @Test func `a configuration with mistakes is refused with all of them`() throws {
        let folder = try Folder()
        try folder.write("integration.yaml", "connectors:\n  api: {type: http, base_ur: x}\n")
        let result = try run(folder, "test", "api")
        #expect(result.status == 78)
        #expect(result.words.contains("base_url"))
    }
}
