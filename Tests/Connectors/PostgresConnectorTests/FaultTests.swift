import ConnectorTestSupport
import FaultProxy
import Glibc
import IntegrationCore
import IntegrationDocument
import Synchronization
import Testing

@Suite("PostgreSQL and faults", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.absence)"))
struct FaultTests {
    private static let node: [(String, ConfigurationNode)] = [
        ("statement", "insert into effects values ($1)"), ("args", ["n"]), ("inbox", true),
    ]

    private final class Counter: Sendable {
        private let count = Mutex(0)
        var value: Int { count.withLock { $0 } }
        func add() { count.withLock { $0 += 1 } }
    }

    /// Sends a batch until it is accepted, as the engine does; how often it failed.
    private static func send(
        _ bodies: [String], firstID: Int = 0, through sender: any Sender, in context: FlowContext = .quiet()
    ) async throws -> Int {
        var failures = 0
        var batch = Batch(bodies)
        batch.messages = batch.messages.map { message in
            Message(
                id: MessageID(high: 7, low: UInt64(firstID + message.origin)), origin: message.origin,
                body: message.original)
        }
        while true {
            do throws(IntegrationError) {
                let report = try await sender.send(batch)
                guard let refused = report.refused.first else { return failures }
                throw refused.error
            } catch {
                guard error.isRetryable else { throw error }
                failures += 1
                try await context.clock.sleep(for: .milliseconds(50))
            }
        }
    }

    @Test("A connection that is cut anywhere in a send leaves each effect once", .timeLimit(.minutes(30)))
    func cutSend() async throws {
        let schema = try PostgresSchema(.shared(), "create table effects (n int)")
        let bodies = (0..<5).map { "{\"n\":\($0)}" }
        try await FaultProxy.withProxy(port: schema.server.port) { proxy, port in
            let destination = try schema.destination(Self.node, port: port)
            try await destination.withSender(in: .quiet()) { _ = try await Self.send(bodies, through: $0) }
            var cuts = 0
            var first = 100
            var sends = 0
            for direction in NetworkFault.Direction.allCases {
                // As many bytes as a whole exchange has, from the greeting to the answer to COMMIT.
                let before = proxy.passed(direction)
                try await destination.withSender(in: .quiet()) {
                    _ = try await Self.send(bodies, firstID: 50, through: $0)
                }
                let all = proxy.passed(direction) - before
                for place in Self.places(in: all) {
                    proxy.set(.reset(after: place, direction))
                    first += 10
                    sends += 1
                    try await destination.withSender(in: .quiet()) { [first] sender in
                        try await withThrowingTaskGroup(of: Int.self) { group in
                            group.addTask { try await Self.send(bodies, firstID: first, through: sender) }
                            let accepted = proxy.accepted
                            while proxy.accepted == accepted { await Task.yield() }
                            proxy.set(.none)
                            cuts += try await group.next() ?? 0 > 0 ? 1 : 0
                        }
                    }
                }
            }
            // Where it is cut while TLS is agreed upon, libpq tries again without by itself.
            #expect(cuts >= sends / 2, "\(cuts) of \(sends) came in the middle")
            print("    a send to PostgreSQL cut at \(sends) places, \(cuts) times in the middle")
            // Those sends under ids of their own, one under the first, and two under one.
            #expect(try schema.sql("select count(*) from effects") == ["\(5 * (sends + 2))"])
            #expect(try schema.sql("select count(*) from integration_inbox") == ["\(5 * (sends + 2))"])
        }
    }

    /// Places all over `count` bytes, half as many as `INTEGRATION_FAULTS` says, or all.
    private static func places(in count: Int) -> [Int] {
        let wanted = min(count, (getenv("INTEGRATION_FAULTS").flatMap { Int(String(cString: $0)) } ?? 20) / 2)
        return (0..<wanted).map { wanted == 1 ? 0 : $0 * (count - 1) / (wanted - 1) }
    }

    @Test("A connection that is cut anywhere in a claim or its settlement loses no row", .timeLimit(.minutes(30)))
    func cutClaim() async throws {
        let schema = try PostgresSchema(.shared())
        try await FaultProxy.withProxy(port: schema.server.port) { proxy, port in
            let source = try schema.source(
                [("queue", "jobs"), ("poll_interval", "20ms"), ("visibility_timeout", "1s")], port: port)
            var duplicates = 0
            var rounds = 0
            var bytes: [NetworkFault.Direction: Int] = [:]
            func round() async throws {
                let before = proxy.accepted
                let seen = try await source.withReceiver(in: .quiet()) { receiver in
                    var seen: [String] = []
                    while try Set(seen).count < 5 || schema.sql("select count(*) from jobs").first != "0" {
                        try await withThrowingTaskGroup(of: [String]?.self) { group in
                            group.addTask {
                                guard var delivery = try await receiver.receive() else { return [] }
                                let texts = delivery.takeBatch().messages.map(\.id.description)
                                delivery.settle(.accepted)
                                return texts
                            }
                            group.addTask {
                                // The rows may be gone already, settled by a cut that came behind it.
                                // Rows whose claim was answered to nobody come when somebody asks again.
                                while proxy.accepted == before, !Task.isCancelled { await Task.yield() }
                                guard !Task.isCancelled else { return nil }
                                proxy.set(.none)
                                while !Task.isCancelled, try schema.sql("select count(*) from jobs").first != "0" {
                                    await Task.yield()
                                }
                                return nil
                            }
                            if let texts = try await group.next() ?? nil { seen += texts }
                            group.cancelAll()
                        }
                    }
                    return seen
                }
                duplicates += seen.count - Set(seen).count
                #expect(Set(seen).count == 5)
            }
            let insert = "insert into jobs (body) select '{}' from generate_series(1, 5)"
            let ending = FlowContext.quiet()
            ending.ending.signal()
            try await source.withReceiver(in: ending) { _ = try await $0.receive() }
            for direction in NetworkFault.Direction.allCases {
                let before = proxy.passed(direction)
                try schema.sql(insert)
                try await round()
                bytes[direction] = proxy.passed(direction) - before
            }
            for direction in NetworkFault.Direction.allCases {
                for place in Self.places(in: bytes[direction] ?? 0) {
                    try schema.sql(insert)
                    proxy.set(.reset(after: place, direction))
                    try await round()
                    rounds += 1
                }
            }
            print("    a claim and its settlement cut at \(rounds) places, \(duplicates) duplicates")
            #expect(duplicates <= rounds * 5, "at most what was in flight at each cut")
        }
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
                            _ = try await Self.send(bodies, firstID: first, through: sender)
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
        let destination = try makers.destination(.mapping([("connector", "db")] + Self.node))
        try await destination.withSender(in: .quiet()) { sender in
            _ = try await Self.send(["{\"n\":1}"], firstID: 1, through: sender)
            server.send(SIGSTOP)
            for _ in 0..<2 {
                let started = ContinuousClock.now
                let error = await failure { _ = try await sender.send(Batch(["{\"n\":2}"])) }
                #expect(error?.code.retryClass == .timeout, "\(String(describing: error))")
                #expect(ContinuousClock.now - started < .seconds(5))
            }
            server.send(SIGCONT)
            _ = try await Self.send(["{\"n\":3}"], firstID: 3, through: sender)
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
                _ = try await Self.send(["{\"n\":2}"], through: sender)
                #expect(ContinuousClock.now - started < .seconds(5))
            }
        }
    }
}
