import ConnectorTestSupport
import Integration
import IntegrationConfiguration
import IntegrationCore
import IntegrationServices
import Logging
import Synchronization
import Testing

@Suite("Services whose servers are killed", .serialized, .timeLimit(.minutes(3)))
struct EndpointKillTests {
    private static let seconds = min(KillTests.number("INTEGRATION_SECONDS") ?? 5, 30)
    private static let callers = 16

    /// Four servers, of which any may be down.
    private final class Servers: Sendable {
        private let running: Mutex<[ServerProcess?]>
        let ports: [Int]

        init(_ count: Int) throws {
            let servers = try (0..<count).map { _ in try Self.start(port: 0) }
            running = Mutex(servers)
            ports = servers.compactMap { $0.greeting.split(separator: " ").last.flatMap { Int($0) } }
            try #require(ports.count == count)
        }

        private static func start(port: Int) throws -> ServerProcess {
            try ServerProcess(
                [ScriptedServer.python, ScriptedServer.tests + "/Servers/keyed_http.py", "\(port)"])
        }

        func kill(_ index: Int) { running.withLock { $0[index] = nil } }

        func restart(_ index: Int) throws {
            let server = try Self.start(port: ports[index])
            #expect(server.greeting == "ready \(ports[index])")
            running.withLock { $0[index] = server }
        }
    }

    /// What became of the calls of one service.
    fileprivate struct Tally: CustomStringConvertible {
        var calls = 0
        var failures: [String: Int] = [:]

        var failed: Int { failures.values.reduce(0, +) }
        var description: String {
            let codes = failures.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            return "\(calls) calls, \(failed) failed" + (codes.isEmpty ? "" : " (\(codes.joined(separator: ", ")))")
        }

        mutating func add(_ answers: Result<[LookupAnswer], IntegrationError>, keys: Int) {
            calls += keys
            switch answers {
            case .failure(let error): failures[error.code.id, default: 0] += keys
            case .success(let answers):
                for answer in answers {
                    switch answer {
                    case .found: continue
                    case .missing: failures["missing", default: 0] += 1
                    case .failed(let error): failures[error.code.id, default: 0] += 1
                    }
                }
            }
        }
    }

    @Test(arguments: LoadBalancing.allCases)
    func `while one of four servers is killed every second no call fails, and without the registry many do`(
        _ balancing: LoadBalancing
    ) async throws {
        let servers = try Servers(4)
        let registry = ServiceRegistry()
        let plan = try Self.plan(servers.ports, balancing, registry)
        registry.add(plan.services)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let context = FlowContext(flow: "test", logger: logger, clock: SystemClock())
        let many = try #require(plan.lookups["many"])
        let one = try #require(plan.lookups["one"])
        // The other ways of balancing are shown for a shorter while.
        let seconds = balancing == .roundRobin ? Self.seconds : max(4, Self.seconds / 4)
        let (with, without, failovers) = try await many.withFinder(in: context) { many in
            try await one.withFinder(in: context) { one in
                let isOver = ShutdownSignal()
                return try await withThrowingTaskGroup(of: (Tally, Tally).self) { group in
                    for caller in 0..<Self.callers {
                        group.addTask { await Self.load(caller, many, one, until: isOver) }
                    }
                    for second in 0..<seconds {
                        servers.kill(second % 4)
                        try await context.clock.sleep(for: .seconds(1))
                        try servers.restart(second % 4)
                    }
                    isOver.signal()
                    var (with, without) = (Tally(), Tally())
                    for try await part in group {
                        with.merge(part.0)
                        without.merge(part.1)
                    }
                    return (with, without, try registry.status(of: "many").failovers)
                }
            }
        }
        print(
            "\(balancing.rawValue): \(seconds) kills in \(seconds) s; four endpoints: \(with), \(failovers) of them "
                + "made again elsewhere; the same load on one address: \(without)")
        #expect(with.failed == 0)
        #expect(with.calls > seconds * 100)
        #expect(without.failed > 0)
    }

    /// The same keys to both, one after the other, so that both have the same load.
    private static func load(
        _ caller: Int, _ many: any Finder, _ one: any Finder, until isOver: ShutdownSignal
    ) async -> (Tally, Tally) {
        var tallies = (Tally(), Tally())
        var number = caller * 1_000_000
        while !isOver.isSignalled {
            let keys = (0..<4).map { LookupKey("k\(number + $0)") }
            number += 4
            tallies.0.add(await result(many, keys), keys: keys.count)
            tallies.1.add(await result(one, keys), keys: keys.count)
        }
        return tallies
    }

    private static func result(
        _ finder: any Finder, _ keys: [LookupKey]
    ) async -> Result<[LookupAnswer], IntegrationError> {
        do throws(IntegrationError) {
            return .success(try await finder.find(keys))
        } catch {
            return .failure(error)
        }
    }

    private static func plan(
        _ ports: [Int], _ balancing: LoadBalancing, _ registry: ServiceRegistry
    ) throws -> EnginePlan {
        let addresses = ports.map { "http://127.0.0.1:\($0)" }
        let text = """
            connectors:
              api: {type: http, base_url: "\(addresses[0])", timeout: 2s, connect_timeout: 1s}
            services:
              many:
                connector: api
                request: {path: "/{{ $key }}"}
                endpoints: [\(addresses.map { "\"\($0)\"" }.joined(separator: ", "))]
                load_balancing: \(balancing.rawValue)
              one:
                connector: api
                request: {path: "/{{ $key }}"}
            """
        let loaded = ConfigurationLoader(catalog: .standard).load(text: text)
        #expect(!loaded.diagnostics.hasErrors, "\(loaded.report())")
        return try EnginePlan(try #require(loaded.document), catalog: .standard, registry: registry)
    }
}

extension EndpointKillTests.Tally {
    fileprivate mutating func merge(_ other: Self) {
        calls += other.calls
        failures.merge(other.failures) { $0 + $1 }
    }
}
