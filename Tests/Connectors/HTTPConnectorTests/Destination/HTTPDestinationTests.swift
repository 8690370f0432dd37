import ConnectorTestSupport
import IntegrationCore
import IntegrationDocument
import Testing

@Suite("HTTP destination")
struct HTTPDestinationTests {
    private let server: ScriptedServer

    init() throws { server = try ScriptedServer() }

    @Test("A message becomes a request, with path, query, headers, body and trace")
    func request() async throws {
        let report = try await Exchange.send(
            [#"{"id": "a/b?c", "name": "Ärger & Co"}"#],
            to: [
                "connector": "rest", "path": "/echo/{{ id }}", "method": "PUT",
                "query": ["q": "{{ name }}", "x": "1 2"],
                "headers": ["X-Id": "{{ $meta.id }}"], "idempotency_header": "Idempotency-Key",
            ], connector: ["base_url": .string(server.url + "/echo/"), "headers": ["X-All": "every"]])
        #expect(report.refused.isEmpty)
        let note = try #require(try await server.notes().first)
        #expect(note.method == "PUT")
        #expect(note.target == "/echo/echo/a%2Fb%3Fc?q=%C3%84rger%20%26%20Co&x=1%202")
        #expect(note.body == #"{"id": "a/b?c", "name": "Ärger & Co"}"#)
        #expect(note.headers["content-type"] == "application/json")
        #expect(note.headers["x-all"] == "every")
        let id = MessageID(high: 1, low: 0)
        #expect(note.headers["x-id"] == "\(id)")
        #expect(note.headers["idempotency-key"] == "\(id)")
        let trace = try #require(note.headers["traceparent"].flatMap { TraceContext(parent: $0) })
        #expect(trace.traceID == (1, 0))
    }

    private func error(_ path: String, _ more: [(String, ConfigurationNode)] = []) async throws -> IntegrationError? {
        try await Exchange.error(
            to: .mapping([("connector", "rest"), ("path", .string(path))] + more),
            connector: ["base_url": .string(server.url)])
    }

    @Test(
        "Each status means what the delivery contract says, and shows what the server said",
        arguments: [
            (301, .httpRedirected), (400, .httpRefused), (401, .accessRefused), (403, .accessRefused),
            (404, .httpRefused),
            (407, .accessRefused), (408, .httpTimeout), (409, .httpRefused), (422, .httpRefused), (425, .httpTimeout),
            (429, .httpRateLimited), (500, .httpServerError), (502, .httpServerError), (503, .httpServerError),
            (504, .httpTimeout),
        ] as [(Int, ErrorCode)])
    func statuses(_ status: Int, _ code: ErrorCode) async throws {
        let error = try #require(try await error("/status/\(status)?say=the+reason"))
        #expect(error.code == code)
        #expect(error.nativeCode == "\(status)")
        #expect(error.message.hasPrefix("POST \(server.url)/status/\(status) was answered with \(status)"))
        #expect(error.causes == [#"{"error": "the reason"}"#])
    }

    @Test("The server says when to come back, in seconds or by a date")
    func retryAfter() async throws {
        let wait = try #require(try await error("/status/429?retry-after=7"))
        #expect(wait.retryAfter == .seconds(7))
        let busy = try #require(try await error("/status/503?retry-after=7"))
        #expect(busy.code == .httpRateLimited)
        let past = try #require(try await error("/status/503?retry-after=Sun,%2006%20Nov%201994%2008:49:37%20GMT"))
        #expect(past.retryAfter == .zero)
        #expect(try await error("/status/503?retry-after=soon")?.retryAfter == nil)
    }

    @Test("Further statuses can be accepted")
    func accepted() async throws {
        #expect(try await error("/status/404", [("accept", [404, 409]), ("method", "DELETE")]) == nil)
        #expect(try await error("/status/410", [("accept", [404, 409])])?.code == .httpRefused)
    }

    @Test(
        "A body of its own, none, or the message",
        arguments: [
            ("POST", nil, "{}"), ("GET", nil, ""), ("DELETE", nil, ""),
            ("DELETE", ["a": "{{ $meta.attempts }}"], #"{"a":0}"#),
            ("PATCH", "n={{ $meta.attempts }}", "n=0"),
        ] as [(String, ConfigurationNode?, String)])
    func bodies(_ method: String, _ body: ConfigurationNode?, _ expected: String) async throws {
        var more: [(String, ConfigurationNode)] = [("method", .string(method))]
        if let body { more.append(("body", body)) }
        #expect(try await error("/echo", more) == nil)
        let note = try #require(try await server.notes().first)
        #expect(note.method == method)
        #expect(note.body == expected)
        #expect(
            note.headers["content-type"]
                == (expected.isEmpty ? nil : body?.scalar == nil ? "application/json" : "text/plain; charset=utf-8"))
    }

    @Test("When nobody is there, the rest of the messages is not tried one by one")
    func nobody() async throws {
        let gone = try ScriptedServer().url
        let report = try await Exchange.send(
            ["{}", "{}", "{}"], to: ["connector": "rest"], connector: ["base_url": .string(gone)])
        #expect(report.refused.map(\.index) == [0, 1, 2])
        #expect(report.refused.allSatisfy { $0.error.code == .connectionRefused })
    }

    @Test(
        "A connector that names no server, and one whose address is none, are told so",
        arguments: [
            (["timeout": "1s"], "has no `base_url`"), (["base_url": "http://user:pass@host"], "holds a user name"),
            (["base_url": "http://host/?a=b"], "has a query"), (["base_url": "http://host:0"], "has a port"),
            (["base_url": "http://host", "allow": ["a b"]], "must be a name"),
            (["base_url": "http://host", "redirects": 21], "must be from 0 to 20"),
        ] as [(ConfigurationNode, String)])
    func mistakes(_ connector: ConfigurationNode, _ reason: String) throws {
        let error = #expect(throws: (any Error).self) {
            _ = try TestMakers(connector: connector).destination(["connector": "rest"])
        }
        #expect("\(error.map { "\($0)" } ?? "")".contains(reason))
    }

    @Test(
        "A proxy whose address can't be taken is refused, not passed by",
        arguments: [
            "http://user:hunter2@127.0.0.1:3128", "http://127.0.0.1:99999", "http://ho%20st:3128", "http://[::1",
        ])
    func unusableProxy(_ proxy: String) {
        #expect(throws: (any Error).self) {
            let makers = try TestMakers(connector: ["base_url": "http://127.0.0.1:1", "proxy": .string(proxy)])
            _ = try makers.destination(["connector": "rest", "path": "/x"])
        }
    }

    @Test("A proxy carries requests to the server, and what it refuses is told")
    func proxy() async throws {
        let proxy = try ScriptedServer()
        func error(_ url: String) async throws -> IntegrationError? {
            try await Exchange.error(
                to: ["connector": "rest", "path": "/ok"],
                connector: ["base_url": .string(url), "proxy": .string(proxy.url)])
        }
        #expect(try await error(server.url) == nil)
        #expect(try await server.notes().count == 1)
        #expect(try await proxy.notes().map(\.method) == ["CONNECT"])
        #expect(try await error("http://127.0.0.1:407")?.code == .accessRefused)
        #expect(try await error("http://127.0.0.1:502")?.code == .connectionRefused)
    }
}
