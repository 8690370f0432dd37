import ConnectorTestSupport
import IntegrationCore
import Testing

@Suite("Flows that send to HTTP")
struct HTTPFlowTests {
    private static let flow = """
        connectors:
          api:
            type: http
            base_url: ${URL}
            timeout: 5s
            circuit_breaker: {failure_ratio: 1, minimum_requests: 100000}
        services:
          customers:
            connector: api
            request: {path: "/customers/{{ $key }}"}
        flows:
          send:
            source: {type: file, path: orders.ndjson}
            steps:
              - {name: customer, type: enrich, config: {service: customers, lookup_field: customer.id, on_missing: keep}}
            destination: {connector: api, method: PUT, path: "/fail/2/503/{{ id }}", idempotency_header: Idempotency-Key}
            error_handling:
              retry: {max_attempts: 3, backoff: {initial: 10ms, max: 20ms}}
              dlq: {type: file, path: dead.ndjson}
        """

    @Test("Every order arrives once behind two 503s, enriched, and none is lost", .timeLimit(.minutes(2)))
    func throughFailures() async throws {
        let server = try ScriptedServer()
        let folder = try Folder()
        let count = 60
        try folder.write("flow.yaml", Self.flow)
        for number in 1...count {
            let customer = number % 10 == 0 ? "no\(number)" : "c\(number)"
            try folder.append("orders.ndjson", #"{"id": "o\#(number)", "customer": {"id": "\#(customer)"}}"# + "\n")
        }
        let result = try Executable.run(
            "run", "flow.yaml", "--until-idle", in: folder, environment: ["URL=\(server.url)"])
        #expect(result.status == 0, "\(result.words)")
        #expect((try? folder.read("dead.ndjson")) ?? "" == "")

        let log = try await ServerLog.read(server)
        let sent = log.filter { $0.target.hasPrefix("/fail/") }
        #expect(sent.count == 3 * count)
        let accepted = sent.filter { $0.status == 200 }
        #expect(Set(accepted.map(\.target)).count == count)
        #expect(accepted.count == count)
        #expect(accepted.count { $0.body.contains(#""name":"Customer"#) } == count - count / 10)
        let keys = Dictionary(grouping: sent, by: \.target).mapValues { Set($0.map(\.idempotencyKey)) }
        #expect(keys.values.allSatisfy { $0.count == 1 }, "each try bears the message's id")
        #expect(Set(keys.values).count == count)
    }

    @Test("Orders that the server refuses for good are dead letters at once, the others arrive")
    func refused() async throws {
        let server = try ScriptedServer()
        let folder = try Folder()
        try folder.write(
            "flow.yaml",
            Self.flow.replacing("/fail/2/503/{{ id }}", with: "/status/{{ status }}"))
        for number in 1...10 {
            try folder.append(
                "orders.ndjson",
                #"{"id": \#(number), "customer": {"id": "c"}, "status": \#(number == 3 ? 422 : 201)}"# + "\n")
        }
        let result = try Executable.run(
            "run", "flow.yaml", "--until-idle", in: folder, environment: ["URL=\(server.url)"])
        #expect(result.status == 0, "\(result.words)")
        let dead = try folder.read("dead.ndjson").split(separator: "\n")
        #expect(dead.count == 1)
        #expect(dead.first?.contains("IE3101") == true)
        #expect(try await ServerLog.read(server).filter { $0.target.hasPrefix("/status/") }.count == 10)
    }
}
