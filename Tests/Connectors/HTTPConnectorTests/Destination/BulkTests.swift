import ConnectorTestSupport
import IntegrationCore
import Testing

@Suite("Many messages in one request")
struct BulkTests {
    private let server: ScriptedServer

    init() throws { server = try ScriptedServer() }

    private func send(_ bodies: [String], _ path: String, _ batch: ConfigurationNode) async throws -> SendReport {
        try await Exchange.send(
            bodies, to: ["connector": "rest", "path": .string(path), "batch": batch],
            connector: ["base_url": .string(server.url)])
    }

    @Test("Messages go as an array or as lines, so many and so large at most")
    func bodies() async throws {
        let bodies = ["{\n \"a\": 1.0}", "[2]", "\"three\""]
        _ = try await send(bodies, "/echo", [:])
        _ = try await send(bodies, "/echo", ["format": "ndjson"])
        _ = try await send(bodies, "/echo", ["count": 2])
        _ = try await send(bodies, "/echo", ["bytes": "16B"])
        let notes = try await server.notes()
        #expect(
            notes.map(\.body) == [
                #"[{"a":1.0},[2],"three"]"#, "{\"a\":1.0}\n[2]\n\"three\"\n", #"[{"a":1.0},[2]]"#, #"["three"]"#,
                #"[{"a":1.0},[2]]"#, #"["three"]"#,
            ])
        #expect(notes.map { $0.headers["content-type"] }.prefix(2) == ["application/json", "application/x-ndjson"])
    }

    @Test("A message that is no JSON is refused alone")
    func noJSON() async throws {
        let report = try await send(["{}", "nonsense", "{}"], "/ok", [:])
        #expect(report.refused.map(\.index) == [1])
        #expect(report.refused.first?.error.code == .messageNotJSON)
        #expect(try await server.notes().map(\.body) == ["[{},{}]"])
    }

    @Test(
        "The answer says of each message what became of it",
        arguments: [
            "items.{\"status\": status, \"error\": error}", "items.status",
        ])
    func results(_ expression: String) async throws {
        let report = try await send(
            [#"{"id": 1}"#, #"{"status": 409, "error": "taken"}"#, #"{"status": 429}"#, #"{"status": 503}"#], "/bulk",
            ["results": .string(expression)])
        #expect(report.refused.map(\.index) == [1, 2, 3])
        #expect(report.refused.map(\.error.code) == [.httpRefused, .httpRateLimited, .httpServerError])
        #expect(report.refused[0].error.causes == (expression.contains("error") ? ["taken"] : []))
        // A list of one comes as its only element.
        #expect(try await send([#"{"status": 400}"#], "/bulk", ["results": .string(expression)]).refused.count == 1)
        #expect(try await send(["{}"], "/bulk", ["results": .string(expression)]).refused.isEmpty)
    }

    @Test("An answer may list only what was refused, by its index")
    func refusals() async throws {
        let expression = #"items#$i[status >= 400].{"index": $i, "status": status}"#
        let bodies = ["{}", #"{"status": 422}"#, "{}"]
        let report = try await send(bodies, "/bulk", ["refusals": .string(expression)])
        #expect(report.refused.map(\.index) == [1])
        #expect(try await send(["{}", "{}"], "/bulk", ["refusals": .string(expression)]).refused.isEmpty)
    }

    @Test("An answer that does not tell is a failure of all, not an acceptance")
    func untold() async throws {
        for expression in ["none.of.this", "items[0].status", "items.{}", "items.{\"status\": \"fine\"}"] {
            let report = try await send(["{}", "{}"], "/bulk", ["results": .string(expression)])
            #expect(report.refused.map(\.error.code) == [.httpAnswerInvalid, .httpAnswerInvalid], "\(expression)")
        }
    }

    @Test("Of a request that is refused as a whole the halves are sent, until the bad message is found")
    func halves() async throws {
        let report = try await send(["{}", "{}", #"{"bad": 1}"#, "{}", "{}"], "/strict-bulk", [:])
        #expect(report.refused.map(\.index) == [2])
        #expect(report.refused.first?.error.nativeCode == "422")
        let accepted = try await server.notes().map(\.body).filter { !$0.contains("bad") }
        #expect(accepted == ["[{},{}]", "[{},{}]"])
    }

    @Test(
        "What has no meaning in one request for many is said by the linter",
        arguments: [
            ("url", "http://x"), ("body", "x"), ("idempotency_header", "Key"), ("method", "GET"),
        ])
    func conflicts(_ name: String, _ value: String) throws {
        let error = #expect(throws: TestMakers.Mistakes.self) {
            _ = try TestMakers(connector: ["base_url": "http://localhost"]).destination(
                .mapping([("connector", "rest"), ("batch", [:]), (name, .string(value))]))
        }
        #expect(error?.description.contains("`\(name)`") == true)
    }
}
