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
}
