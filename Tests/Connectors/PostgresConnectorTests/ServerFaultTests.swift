import ConnectorTestSupport
import FaultProxy
import Glibc
import IntegrationCore
import IntegrationDocument
import Synchronization
import Testing

@Suite(
    "PostgreSQL that is killed or stands still", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.absence)"))
struct ServerFaultTests {
    private static let node: [(String, ConfigurationNode)] = [
        ("statement", "insert into effects values ($1)"), ("args", ["n"]), ("inbox", true),
    ]

    private final class Counter: Sendable {
        private let count = Mutex(0)
        var value: Int { count.withLock { $0 } }
        func add() { count.withLock { $0 += 1 } }
    }

    @Test("A server that is killed and started again gets every effect once, and is found within seconds")
    func crash() async throws {
        let server = try PostgresServer()
        let schema = try PostgresSchema(server, "create table effects (n int)")
        let destination = try schema.destination(Self.node)
        let sent = Counter()
        try await destination.withSender(in: .quiet()) { sender in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<4 {
                    group.addTask {
                        for batch in 0..<60 {
                            let first = lane * 10_000 + batch * 20
                            let bodies = (0..<20).map { "{\"n\":\(first + $0)}" }
                            _ = try await PatientSender.send(bodies, firstID: first, through: sender)
                            sent.add()
                        }
                    }
                }
                for mark in [20, 120] {
                    while sent.value < mark { await Task.yield() }
                    try server.crash()
                    try server.start()
                    let before = sent.value
                    let started = ContinuousClock.now
                    while sent.value == before { await Task.yield() }
                    #expect(ContinuousClock.now - started < .seconds(5))
                }
                try await group.waitForAll()
            }
        }
        #expect(try schema.sql("select count(*), count(distinct n) from effects") == ["4800|4800"])
    }

    @Test("A server that is stopped is given up in time, and used again when it goes on")
    func stopped() async throws {
        let server = try PostgresServer()
        let schema = try PostgresSchema(server, "create table effects (n int)")
        let makers = try TestMakers(connector: schema.connector([("timeout", "500ms"), ("connect_timeout", "500ms")]))
        // Without an inbox, whose old ids are looked for on a connection too.
        let destination = try makers.destination(.mapping([("connector", "db")] + Self.node.dropLast()))
        try await destination.withSender(in: .quiet()) { sender in
            _ = try await PatientSender.send(["{\"n\":1}"], firstID: 1, through: sender)
            server.send(SIGSTOP)
            // The answer to a batch does not come, which is a try; then nobody is there to be asked.
            for kind in [ErrorCode.RetryClass.timeout, .connection] {
                let started = ContinuousClock.now
                let error = await failure { _ = try await sender.send(Batch(["{\"n\":2}"])) }
                #expect(error?.code.retryClass == kind, "\(String(describing: error))")
                #expect(ContinuousClock.now - started < .seconds(5))
            }
            server.send(SIGCONT)
            _ = try await PatientSender.send(["{\"n\":3}"], firstID: 3, through: sender)
        }
        #expect(try schema.sql("select count(*) from effects where n = 3") == ["1"])
    }

    @Test("While a server is away it is asked again now and then, not all the time")
    func noSpinning() async throws {
        let schema = try PostgresSchema(.shared(), "create table effects (n int)")
        try await FaultProxy.withProxy(port: schema.server.port) { proxy, port in
            proxy.set(.refuse)
            let makers = try TestMakers(
                connector: schema.connector(port: port, [("pool", ["min_connections": 2, "max_connections": 4])]))
            let destination = try makers.destination(.mapping([("connector", "db")] + Self.node))
            try await destination.withSender(in: .quiet()) { sender in
                let error = await failure { _ = try await sender.send(Batch(["{\"n\":1}"])) }
                #expect(error?.isRetryable == true)
                try await SystemClock().sleep(for: .seconds(2))
                #expect(proxy.accepted < 40, "\(proxy.accepted) attempts in two seconds")
                proxy.set(.none)
                let started = ContinuousClock.now
                _ = try await PatientSender.send(["{\"n\":2}"], through: sender)
                #expect(ContinuousClock.now - started < .seconds(5))
            }
        }
    }
}
