import IntegrationCore
import IntegrationTesting
import Synchronization
import Testing

@testable import IntegrationServices

/// Name servers that answer what the test says; notes who is asked what.
final class FakeServers: DNSTransport {
    /// By server and name; nil: the server does not answer.
    typealias Answer = @Sendable (_ server: String, _ name: String, _ kind: UInt16, _ overTCP: Bool) -> DNSReply?

    struct Unreachable: Error {}

    private let state = Mutex<[String]>([])
    private let answer: Answer

    init(_ answer: @escaping Answer) { self.answer = answer }

    var lines: [String] { state.withLock { $0 } }

    func ask(
        _ query: [UInt8], at server: String, port: Int, overTCP: Bool, until isAnswer: @Sendable ([UInt8]) -> Bool
    ) async throws -> [UInt8] {
        let (name, kind) = DNSReply.question(query)
        state.withLock { $0.append("\(server) \(name) \(kind)\(overTCP ? " tcp" : "")") }
        guard let reply = answer(server, name, kind, overTCP) else { throw Unreachable() }
        let bytes = reply.bytes(to: query)
        return isAnswer(bytes) ? bytes : []
    }
}

@Suite("Resolving names") struct ResolverTests {
    private static func resolve(
        _ name: String, _ servers: FakeServers, _ configuration: ResolverConfiguration = ResolverConfiguration()
    ) async throws -> ([String], Duration) {
        let bench = Bench()
        let resolver = Resolver(configuration: configuration, transport: servers)
        return try await bench.clock.run {
            let (found, ttl) = try await resolver.resolve(name, in: bench.context)
            return (found.map { "\($0.host):\($0.port ?? 0)/\($0.weight)" }, ttl)
        }
    }

    @Test func `both families are asked for, and what holds shortest decides`() async throws {
        let servers = FakeServers { _, name, kind, _ in
            var reply = DNSReply()
            if kind == 1 { reply.address(name, [192, 0, 2, 1], ttl: 40) }
            if kind == 28 { reply.address(name, [UInt8](repeating: 0, count: 15) + [1], ttl: 25) }
            return reply
        }
        let (found, ttl) = try await Self.resolve("api.internal", servers)
        #expect(found == ["192.0.2.1:0/1", "::1:0/1"])
        #expect(ttl == .seconds(25))
        #expect(servers.lines == ["127.0.0.1 api.internal 1", "127.0.0.1 api.internal 28"])
    }

    @Test func `aliases are followed, but not in circles`() async throws {
        let servers = FakeServers { _, name, kind, _ in
            var reply = DNSReply()
            reply.alias(name, "b.internal", ttl: 5)
            reply.alias("b.internal", kind == 1 ? "c.internal" : "api.internal")
            reply.address("c.internal", [192, 0, 2, 3])
            reply.address("elsewhere.internal", [192, 0, 2, 4])
            return reply
        }
        let (found, ttl) = try await Self.resolve("api.internal", servers)
        #expect(found == ["192.0.2.3:0/1"])
        #expect(ttl == .seconds(5))
    }

    @Test func `of services those of the first priority count, with weight and port`() async throws {
        let servers = FakeServers { _, name, _, _ in
            var reply = DNSReply()
            reply.service(name, 20, 1, 9000, "spare.internal")
            reply.service(name, 10, 3, 8080, "c1.internal")
            reply.service(name, 10, 0, 8081, "c2.internal")
            reply.service(name, 5, 0, 0, "")
            return reply
        }
        let (found, _) = try await Self.resolve("_http._tcp.internal", servers)
        #expect(found == ["c1.internal:8080/3", "c2.internal:8081/1"])
        #expect(servers.lines == ["127.0.0.1 _http._tcp.internal 33"])
    }

    @Test func `an answer that did not fit is fetched over TCP`() async throws {
        let servers = FakeServers { _, name, _, overTCP in
            var reply = DNSReply()
            if overTCP { reply.service(name, 1, 1, 80, "c1") } else { reply.isTruncated = true }
            return reply
        }
        #expect(try await Self.resolve("_http._tcp.internal", servers).0 == ["c1:80/1"])
        #expect(servers.lines == ["127.0.0.1 _http._tcp.internal 33", "127.0.0.1 _http._tcp.internal 33 tcp"])
    }

    @Test func `the next server is asked where one is silent or fails`() async throws {
        var configuration = ResolverConfiguration()
        configuration.servers = ["192.0.2.1", "192.0.2.2", "192.0.2.3"]
        let servers = FakeServers { server, name, _, _ in
            if server.hasSuffix("1") { return nil }
            if server.hasSuffix("2") { return DNSReply(code: 2) }
            var reply = DNSReply()
            reply.service(name, 1, 1, 80, "c1")
            return reply
        }
        #expect(try await Self.resolve("_http._tcp.internal", servers, configuration).0 == ["c1:80/1"])
        #expect(servers.lines.count == 3)
    }

    @Test func `short names are tried with what the configuration says is to be searched`() async throws {
        var configuration = ResolverConfiguration()
        configuration.search = ["svc.local", "local"]
        configuration.dots = 2
        let servers = FakeServers { _, name, kind, _ in
            guard name == "api.ns.local" else { return DNSReply(code: 3) }
            var reply = DNSReply()
            if kind == 1 { reply.address(name, [10, 0, 0, 1]) }
            return reply
        }
        #expect(try await Self.resolve("api.ns", servers, configuration).0 == ["10.0.0.1:0/1"])
        #expect(
            servers.lines.map { $0.split(separator: " ")[1] }.prefix(2) == ["api.ns.svc.local", "api.ns.svc.local"])
        #expect(configuration.candidates("api.ns.") == ["api.ns."])
        #expect(configuration.candidates("a.b.c") == ["a.b.c", "a.b.c.svc.local", "a.b.c.local"])
    }

    @Test func `a name that is not there and a server that is away are told apart`() async throws {
        let missing = await #expect(throws: IntegrationError.self) {
            try await Self.resolve("api.internal", FakeServers { _, _, _, _ in DNSReply(code: 3) })
        }
        #expect(missing?.code == .endpointsNotFound)
        let silent = await #expect(throws: IntegrationError.self) {
            try await Self.resolve("api.internal", FakeServers { _, _, _, _ in nil })
        }
        #expect(silent?.code == .hostUnknown)
        #expect(silent?.message == "no name server answered for `api.internal`")
    }

    @Test func `the machine's configuration is read as resolv.conf(5) says`() {
        let configuration = ResolverConfiguration(
            parsing: """
                # made by something
                nameserver 10.0.0.2
                nameserver 10.0.0.3
                nameserver fe80::1
                nameserver 10.0.0.5
                search a.example b.example
                options ndots:5 timeout:99 attempts:0 rotate trust-ad
                sortlist 1.2.3.4
                """)
        #expect(configuration.servers == ["10.0.0.2", "10.0.0.3", "fe80::1"])
        #expect(configuration.search == ["a.example", "b.example"])
        #expect(configuration.dots == 5)
        #expect(configuration.timeout == .seconds(30))
        #expect(configuration.attempts == 1)
        #expect(ResolverConfiguration(parsing: "") == ResolverConfiguration())
    }
}
