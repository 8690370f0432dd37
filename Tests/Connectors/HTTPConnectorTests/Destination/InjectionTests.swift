import ConnectorTestSupport
import HTTPTransport
import IntegrationCore
import IntegrationDocument
import Testing

@Suite("Values from messages stay values")
struct InjectionTests {
    private static let corpus = [
        "a/b", "/", "//evil.example", "../../admin", "..;/admin", "..%2f..%2fadmin", "%2e%2e/", "..\\admin", "a?b=c",
        "?",
        "#fragment", "a&b=c", "&role=admin", "=", "+", " ", "%", "%00", "%0d%0aX: y", ";jsessionid=1", "@evil.example",
        ":8080", "a\r\nX-Evil: yes", "\r\n\r\nGET /evil HTTP/1.1\r\nHost: x", "\n", "\r", "\u{0}", "\u{7F}", "\t",
        "ä€😀",
        "\u{202E}gpj", "\u{2028}", "' OR 1=1 --", "\"><script>", "{{ id }}", "${HOME}", "$(id)", "...", ".a", "a.", "*",
        "http://169.254.169.254/", "[::1]", "|", "^", "`", "<", ">", "\\",
    ]

    private let server: ScriptedServer

    init() throws { server = try ScriptedServer() }

    private func json(_ value: String) -> String {
        Document { builder in
            let object = builder.open()
            builder.append(string: "v")
            builder.append(string: value)
            builder.close(object, .object, count: 1)
        }.json
    }

    @Test("In a path each is one segment, in a query one value, to the byte")
    func pathsAndQueries() async throws {
        let report = try await Exchange.send(
            Self.corpus.map(json),
            to: [
                "connector": "rest", "path": "/ok/{{ v }}/end", "query": ["q": "{{ v }}", "after": "1"],
            ], connector: ["base_url": .string(server.url)])
        #expect(report.refused.isEmpty)
        let notes = try await server.notes()
        #expect(notes.count == Self.corpus.count)
        for (note, value) in zip(notes, Self.corpus) {
            let encoded = PercentEncoding.component(value)
            #expect(note.target == "/ok/\(encoded)/end?q=\(encoded)&after=1")
            #expect(encoded.utf8.allSatisfy { !"/?#&= \r\n\\".utf8.contains($0) })
        }
    }

    @Test("Values that would empty a segment, or make it lead up, are refused", arguments: ["", ".", ".."])
    func segments(_ value: String) async throws {
        for path in ["/ok/{{ v }}", "/ok/{{ v }}/end", "{{ v }}", "/ok/{{ v }}?x=1"] {
            let error = try await Exchange.error(
                sending: json(value), to: ["connector": "rest", "path": .string(path)],
                connector: ["base_url": .string(server.url)])
            #expect(error?.message.contains("would lead elsewhere") == true, "\(path): \(error?.message ?? "accepted")")
            #expect(error?.code == .httpRequestInvalid)
        }
        for path in ["/ok/v{{ v }}", "/ok/a?x={{ v }}"] {
            let error = try await Exchange.error(
                sending: json(value), to: ["connector": "rest", "path": .string(path)],
                connector: ["base_url": .string(server.url)])
            #expect(error == nil, "\(path)")
        }
        #expect(try await server.notes().count == 2)
    }

    @Test("In a header no control character passes, and what passes is what was meant")
    func headers() async throws {
        let report = try await Exchange.send(
            Self.corpus.map(json), to: ["connector": "rest", "path": "/ok", "headers": ["X-Value": "<{{ v }}>"]],
            connector: ["base_url": .string(server.url)])
        let isRefused = Self.corpus.map { value in
            value.unicodeScalars.contains { ($0.value < 0x20 && $0 != "\t") || $0.value == 0x7F }
        }
        #expect(report.refused.map(\.index) == isRefused.indices.filter { isRefused[$0] })
        #expect(
            report.refused.allSatisfy { $0.error.code == .httpRequestInvalid && $0.error.message.contains("X-Value") })
        let sent = zip(Self.corpus, isRefused).filter { !$0.1 }.map { "<\($0.0)>" }
        #expect(try await server.notes().map { $0.headers["x-value"] ?? "" } == sent)
    }

    @Test(
        "Headers that only the client sets can't be configured",
        arguments: [
            "Host", "content-length", "Transfer-Encoding", "Connection", "Upgrade", "TE", "X Y", "X:", "", "Ä",
        ])
    func names(_ name: String) throws {
        let error = #expect(throws: IntegrationError.self) {
            _ = try TestMakers(connector: ["base_url": "http://localhost"]).destination(
                ["connector": "rest", "headers": ConfigurationNode.mapping([(name, "x")])])
        }
        #expect(error?.code == .cannotBuild)
    }

    @Test("A key of a lookup is one segment too, and a bad one fails alone")
    func keys() async throws {
        let found = try await Exchange.find(
            ["a/../b", "..", "x"], in: ["connector": "rest", "request": ["path": "/customers/{{ $key }}"]],
            connector: ["base_url": .string(server.url)])
        #expect(found[0] == #"{"id":"a/../b","name":"Customer a/../b","tier":"gold"}"#)
        #expect(found[1].hasPrefix("failed"))
        #expect(found[2].hasPrefix("{"))
        #expect(try await server.notes().map(\.target) == ["/customers/a%2F..%2Fb", "/customers/x"])
    }
}
