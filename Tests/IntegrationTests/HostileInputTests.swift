import Foundation
import Integration
import IntegrationDocument
import IntegrationTesting
import TestSupport
import Testing

@Suite("Hostile JSON through a flow", .timeLimit(.minutes(1))) struct HostileInputTests {
    /// What comes out of a flow over a file with these lines, with a good message before and behind each.
    private static func run(_ lines: [[UInt8]]) async throws -> (out: [String], dead: [String]) {
        let bench = Bench()
        let (out, dead) = (RecordingDestination(), RecordingDestination())
        let place = try Folder()
        var bytes: [UInt8] = []
        for (number, line) in lines.enumerated() { bytes += Array("{\"good\":\(number)}\n".utf8) + line + [0x0A] }
        try Data(bytes + Array("{\"good\":\(lines.count)}\n".utf8)).write(to: URL(fileURLWithPath: place.path("in")))
        try await bench.integration.configureConnectors(destinations: ["out": out, "dead": dead])
        try await bench.integration.createFlows(
            .yaml(
                """
                flows:
                  f:
                    source: {type: file, path: \(place.path("in"))}
                    destination: out
                    error_handling: {type: dlq, dlq: dead}
                """))
        try await bench.run()
        return (out.bodies, dead.bodies)
    }

    /// The texts of the suite that are one line.
    private static func texts(_ prefix: String) throws -> [(name: String, line: [UInt8])] {
        let folder = Suites.path("json-parsing", "test_parsing")
        return try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix(prefix) }.sorted()
            .compactMap { name in
                var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
                while let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() }
                return bytes.isEmpty || bytes.contains(0x0A) ? nil : (name, bytes)
            }
    }

    @Test(.enabled(if: Suites.have("json-parsing"), "\(Suites.absence("json-parsing"))"))
    func `each text that is no JSON is a dead letter with its place, and costs no other message`() async throws {
        let texts = try Self.texts("n_")
        #expect(texts.count > 100)
        let (out, dead) = try await Self.run(texts.map(\.line))
        #expect(out.sorted() == (0...texts.count).map { "{\"good\":\($0)}" }.sorted())
        #expect(dead.count == texts.count)
        for letter in dead {
            try Document(letter).withRoot { letter in
                #expect(letter["code"]?.string == "IE2001", "\(letter)")
                #expect(letter["path"]?.string?.contains("byte") == true, "\(letter)")
                #expect(letter["error"]?.string?.isEmpty == false, "\(letter)")
            }
        }
    }

    @Test(.enabled(if: Suites.have("json-parsing"), "\(Suites.absence("json-parsing"))"))
    func `each text that is JSON is delivered as it is, but for names that stand twice`() async throws {
        let texts = try Self.texts("y_")
        #expect(texts.count > 60)
        let (out, dead) = try await Self.run(texts.map(\.line))
        for (name, line) in texts where !name.contains("duplicated_key") {
            #expect(out.contains(String(decoding: line, as: UTF8.self)), "\(name)")
        }
        #expect(out.count + dead.count == 2 * texts.count + 1)
        #expect(dead.count == texts.count { $0.name.contains("duplicated_key") })
    }

    @Test func `depth, size, numbers, names that stand twice and bytes that are no text are told apart`() async throws {
        let deep = Array(String(repeating: "[", count: 129).utf8) + Array(String(repeating: "]", count: 129).utf8)
        let endless = Array(String(repeating: "[", count: 100_000).utf8)
        let huge = Array("[1\(String(repeating: "0", count: 100_000))]".utf8)
        let long = Array("[0.\(String(repeating: "1", count: 100_000))]".utf8)
        let lines = [
            deep, endless, Array("{\"a\":1,\"a\":2}".utf8), [0x22, 0xC3, 0x28, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
            Array("{\"a\":1}".utf8) + [0], huge, long,
        ]
        let (out, dead) = try await Self.run(lines)
        let errors = try dead.map { try Document($0).withRoot { $0["error"]?.string ?? "" } }
        let expected = ["too deeply", "too deeply", "same key", "UTF-8", "UTF-8", "something after", "a double"]
        #expect(errors.count == expected.count)
        for (error, words) in zip(errors, expected) { #expect(error.contains(words), "\(error)") }
        // A number that a double comes near to comes out as it went in.
        #expect(out.contains(String(decoding: long, as: UTF8.self)))
        #expect(out.count == lines.count + 2)
    }
}
