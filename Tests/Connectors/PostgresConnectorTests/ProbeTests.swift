import ConnectorTestSupport
import FaultProxy
import IntegrationCore
import Testing

@Suite("The probe of PostgreSQL connectors", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.absence)"))
struct ProbeTests {
    private let server: PostgresServer

    init() throws { server = try .shared() }

    private func probe(_ url: String, _ more: [(String, ConfigurationNode)] = []) async throws -> [String] {
        await (try TestMakers(connector: .mapping([("url", .string(url))] + more)).probe()).lines()
    }

    @Test("A sound connector passes step by step")
    func sound() async throws {
        let steps = try await probe(
            server.url("alice", host: "localhost", database: "alice"),
            [
                ("password", "s3cret"),
                ("ssl", ["mode": "verify-full", "ca": .string(server.certificate("ca.pem"))]),
            ])
        #expect(steps[0].hasPrefix("resolve: "))
        #expect(
            [steps[1], steps[3]] == [
                "connect: 127.0.0.1:\(server.port)", "authenticate: user alice, by password",
            ])
        #expect(steps[2].wholeMatch(of: /tls: TLSv1.3, verify-full, expires in [1-9]\d* days/) != nil, "\(steps[2])")
        #expect(steps[4].hasPrefix("request: PostgreSQL 1") && steps[4].hasSuffix(", database alice"))
    }

    @Test("Each thing that can be wrong is said at its step, with its reason")
    func wrong() async throws {
        #expect(
            try await probe("postgres://nowhere.invalid/db").last
                == "resolve failed: IE3001: the name `nowhere.invalid` can't be resolved: Name or service not known")
        let port = try await probe("postgres://127.0.0.1:1/db")
        #expect(port.last?.hasPrefix("connect failed: IE3002: connection to server at \"127.0.0.1\", port 1") == true)
        let password = try await probe(
            server.url("alice", database: "alice"), [("password", "wr0ng")])
        #expect(password.count == 4)
        #expect(password.last?.hasPrefix("authenticate failed: IE3003: ") == true)
        #expect(password.last?.hasSuffix(#"FATAL:  password authentication failed for user "alice""#) == true)
        let database = try await probe(server.url(database: "nowhere"))
        #expect(database.last?.hasPrefix("authenticate failed: IE3305: ") == true)
        #expect(database.last?.hasSuffix(#"FATAL:  database "nowhere" does not exist"#) == true)
        let host = try await probe(
            server.url(host: "elsewhere.example", "hostaddr=127.0.0.1"),
            [("ssl", ["mode": "verify-full", "ca": .string(server.certificate("ca.pem"))])])
        #expect(host.last?.hasPrefix("tls failed: IE3005: ") == true)
        #expect(host.last?.contains(#"does not match host name "elsewhere.example""#) == true)
        let url = try await probe("postgres://127.0.0.1/db?nonsense=1")
        #expect(url.last == #"resolve failed: IE4006: `url`: invalid URI query parameter: "nonsense""#, "\(url)")
    }

    @Test("A server that accepts and says nothing is told from one that is not there")
    func silent() async throws {
        try await FaultProxy.withProxy(port: server.port) { proxy, port in
            proxy.set(.blackHole(after: 0, .toServer))
            let steps = try await probe(server.url(port: port), [("connect_timeout", "1s")])
            #expect(steps.last?.hasPrefix("tls failed: IE3007: 127.0.0.1:\(port) took the connection") == true)
        }
    }
}
