import IntegrationCore
import IntegrationTesting
import Synchronization
import Testing

@testable import IntegrationServices

#if canImport(Glibc)
    import Glibc
#endif

@Suite("Finding endpoints", .timeLimit(.minutes(1))) struct DiscoveryTests {
    private static let refused = IntegrationError(.connectionRefused, "refused")

    /// A folder for the length of a test.
    private static func withFolder<R>(_ body: (String) async throws -> R) async throws -> R {
        var template = Array("/tmp/endpoints-XXXXXX".utf8CString)
        let path = try #require(mkdtemp(&template).map { String(cString: $0) })
        defer {
            unlink(path + "/list")
            rmdir(path)
        }
        return try await body(path)
    }

    private static func write(_ text: String, to path: String) throws {
        let file = try #require(fopen(path + ".new", "w"))
        fputs(text, file)
        fclose(file)
        #expect(rename(path + ".new", path) == 0)
    }

    @Test func `a file's endpoints come and go as it is changed, and mistakes change nothing`() async throws {
        try await Self.withFolder { folder in
            let bench = Bench()
            let path = folder + "/list"
            try Self.write("a\nb name=second\n", to: path)
            let lookup = bench.lookup([], discovery: FileDiscovery(path: path, interval: .seconds(1)))
            try await bench.run(lookup) { finder in
                #expect(bench.registry.statuses[0].discovery == "file \(path)")
                #expect(await finder.ask(["1", "2"]) == ["a", "b"])
                try Self.write(#"["b", "c"]"#, to: path)
                try await bench.clock.sleep(for: .seconds(2))
                #expect(bench.service.open == ["b", "c"])
                for broken in ["", "b weight=none\n", "[\"d\""] {
                    try Self.write(broken, to: path)
                    try await bench.clock.sleep(for: .seconds(2))
                    #expect(bench.service.open == ["b", "c"])
                }
                unlink(path)
                try await bench.clock.sleep(for: .seconds(2))
                #expect(bench.service.open == ["b", "c"])
                try Self.write("d\n", to: path)
                try await bench.clock.sleep(for: .seconds(2))
                #expect(bench.service.open == ["d"])
            }
        }
    }

    @Test func `endpoints that are found can be left out, and others can be registered beside them`() async throws {
        try await Self.withFolder { folder in
            let bench = Bench()
            try Self.write("a\nb\n", to: folder + "/list")
            let lookup = bench.lookup([], discovery: FileDiscovery(path: folder + "/list"))
            try await bench.run(lookup) { _ in
                let isFound = try bench.registry.deregister("s", endpoint: "a")
                #expect(isFound)
                try bench.registry.register("s", ServiceEndpoint(address: "c"))
                try await bench.clock.sleep(for: .seconds(2))
                #expect(bench.service.open == ["b", "c"])
                try Self.write("a\nb\nd\n", to: folder + "/list")
                try await bench.clock.sleep(for: .seconds(2))
                #expect(bench.service.open == ["b", "c", "d"])
                let wasLeft = try bench.registry.register("s", ServiceEndpoint(address: "a"))
                #expect(wasLeft)
                try await bench.clock.sleep(for: .seconds(2))
                #expect(bench.service.open == ["a", "b", "c", "d"])
            }
        }
    }

    @Test func `records are looked up again when they hold no more, and an outage takes nothing away`() async throws {
        let bench = Bench()
        let hosts = Mutex<[UInt8]?>([1, 2])
        let servers = FakeServers { _, name, kind, _ in
            guard let hosts = hosts.withLock({ $0 }) else { return nil }
            var reply = DNSReply()
            if kind == 1 { for host in hosts { reply.address(name, [10, 0, 0, host], ttl: 4) } }
            return reply
        }
        let discovery = DNSDiscovery(
            name: "api.internal", port: 8080, scheme: "https", path: "/v1", interval: .seconds(30),
            resolver: Resolver(configuration: ResolverConfiguration(), transport: servers))
        try await bench.run(bench.lookup([], discovery: discovery)) { finder in
            #expect(await finder.ask(["1", "2"]) == ["https://10.0.0.1:8080/v1", "https://10.0.0.2:8080/v1"])
            hosts.withLock { $0 = [2, 3] }
            try await bench.clock.sleep(for: .milliseconds(3900))
            #expect(bench.service.open == ["https://10.0.0.1:8080/v1", "https://10.0.0.2:8080/v1"])
            try await bench.clock.sleep(for: .milliseconds(200))
            #expect(bench.service.open == ["https://10.0.0.2:8080/v1", "https://10.0.0.3:8080/v1"])
            for outage: [UInt8]? in [nil, []] {
                hosts.withLock { $0 = outage }
                try await bench.clock.sleep(for: .seconds(60))
                #expect(bench.service.open == ["https://10.0.0.2:8080/v1", "https://10.0.0.3:8080/v1"])
            }
            hosts.withLock { $0 = [4] }
            try await bench.clock.sleep(for: .seconds(6))
            #expect(bench.service.open == ["https://10.0.0.4:8080/v1"])
        }
    }

    @Test func `where nothing is found, opening does not wait, and calls say so until something is`() async throws {
        let bench = Bench()
        let isThere = Mutex(false)
        let servers = FakeServers { _, name, kind, _ in
            var reply = DNSReply(code: isThere.withLock { $0 } ? 0 : 3)
            if kind == 1 { reply.address(name, [10, 0, 0, 1]) }
            return reply
        }
        let discovery = DNSDiscovery(
            name: "api.internal", port: 80, interval: .seconds(30),
            resolver: Resolver(configuration: ResolverConfiguration(), transport: servers))
        try await bench.run(bench.lookup([], discovery: discovery)) { finder in
            #expect(bench.clock.now < .seconds(1))
            #expect(await finder.ask("1") == "IE4206!")
            isThere.withLock { $0 = true }
            try await bench.clock.sleep(for: .seconds(6))
            #expect(await finder.ask("1") == "http://10.0.0.1:80")
        }
    }
}
