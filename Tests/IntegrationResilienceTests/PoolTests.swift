import IntegrationCore
import IntegrationResilience
import IntegrationTesting
import Synchronization
import Testing

/// A server that connections are opened to.
private final class TestServer: Sendable {
    struct State {
        var opened = 0
        var open: Set<Int> = []
        var mostOpen = 0
        var dead: Set<Int> = []
        var failure: IntegrationError?
    }

    let state = Mutex(State())

    func operations(_ clock: ManualClock) -> Pool<Int>.Operations {
        Pool<Int>.Operations(
            open: { [self] () async throws(IntegrationError) in
                do { try await clock.sleep(for: .milliseconds(100)) } catch {
                    throw IntegrationError(.refused, "cut off")
                }
                return try state.withLock { state throws(IntegrationError) in
                    if let failure = state.failure { throw failure }
                    state.opened += 1
                    state.open.insert(state.opened)
                    state.mostOpen = max(state.mostOpen, state.open.count)
                    return state.opened
                }
            }, check: { [self] connection in state.withLock { !$0.dead.contains(connection) } },
            close: { [self] connection in state.withLock { _ = $0.open.remove(connection) } })
    }
}

/// The system's clock, which counts who sleeps by it.
private final class CountingClock: TimeSource {
    private let system = SystemClock()
    private let count = Mutex(0)
    var sleeps: Int { count.withLock { $0 } }
    var now: Duration { system.now }
    var wallTime: Duration { system.wallTime }

    func sleep(until deadline: Duration) async throws(CancellationError) {
        count.withLock { $0 += 1 }
        try await system.sleep(until: deadline)
    }
}

@Suite("A pool of connections", .timeLimit(.minutes(1))) struct PoolTests {
    private func with(
        _ limits: PoolLimits, _ body: @escaping @Sendable (Pool<Int>, TestServer, ManualClock) async throws -> Void
    ) async throws {
        let clock = ManualClock()
        let server = TestServer()
        try await clock.run {
            try await Pool.with("db", limits, in: .test(clock), server.operations(clock)) { pool in
                try await body(pool, server, clock)
            }
        }
        #expect(server.state.withLock { $0.open.isEmpty })
    }

    @Test func `many share few connections, each for itself`() async throws {
        try await with(PoolLimits(maximum: 3)) { pool, server, clock in
            let box = Shared()
            await withDiscardingTaskGroup { group in
                for _ in 0..<30 {
                    group.addTask {
                        _ = await failure {
                            try await pool.withConnection { connection async throws(IntegrationError) in
                                #expect(box.enter(connection))
                                do { try await clock.sleep(for: .seconds(1)) } catch {}
                                box.leave(connection)
                            }
                        }
                    }
                }
            }
            #expect(clock.now == .milliseconds(10_100))
            #expect(server.state.withLock { $0.mostOpen } == 3)
            #expect(server.state.withLock { $0.opened } == 3)
        }
    }

    @Test func `lending a connection that is there wakes nobody who keeps time`() async throws {
        let clock = CountingClock()
        let operations = Pool<Int>.Operations(open: { 1 }, check: { _ in true }, close: { _ in })
        try await Pool.with("db", PoolLimits(), in: .test(clock), operations) { pool in
            for _ in 0..<200 {
                try await pool.withConnection(timeout: .seconds(5)) { _ throws(IntegrationError) in }
                try await Task.sleep(for: .milliseconds(1))
            }
        }
        #expect(clock.sleeps < 20)
    }

    /// Connections that are in somebody's hands.
    private final class Shared: Sendable {
        private let inUse = Mutex<Set<Int>>([])

        func enter(_ connection: Int) -> Bool { inUse.withLock { $0.insert(connection).inserted } }
        func leave(_ connection: Int) { inUse.withLock { _ = $0.remove(connection) } }
    }

    @Test func `who waits longer than he likes is told so, and the one who is cancelled leaves`() async throws {
        try await with(PoolLimits(maximum: 1)) { pool, _, clock in
            try await pool.withConnection { _ async throws(IntegrationError) in
                let error = await failure {
                    try await pool.withConnection(timeout: .seconds(2)) { _ async throws(IntegrationError) in }
                }
                #expect(error?.code == .noConnection)
                #expect(clock.now == .milliseconds(2100))
                await withTaskGroup(of: Void.self) { group in
                    group.addTask {
                        _ = await failure { try await pool.withConnection { _ async throws(IntegrationError) in } }
                    }
                    await clock.idle()
                    #expect(pool.counts.waiting == 1)
                    group.cancelAll()
                }
                #expect(pool.counts.waiting == 0)
            }
        }
    }

    @Test func `a connection on which something broke is replaced, and one that is dead is never lent`() async throws {
        try await with(PoolLimits(maximum: 1, checkAfter: .seconds(10))) { pool, server, clock in
            let first = try await pool.withConnection { connection async throws(IntegrationError) in connection }
            _ = await failure {
                try await pool.withConnection { _ async throws(IntegrationError) in throw IntegrationError.refused }
            }
            let second = try await pool.withConnection { connection async throws(IntegrationError) in connection }
            #expect((first, second) == (1, 2))
            _ = await failure {
                try await pool.withConnection { _ async throws(IntegrationError) in throw IntegrationError.wrong }
            }
            try await clock.sleep(for: .seconds(11))
            server.state.withLock { _ = $0.dead.insert(2) }
            let third = try await pool.withConnection { connection async throws(IntegrationError) in connection }
            #expect(third == 3)
        }
    }

    @Test func `where no connection can be opened the reason is told, and later ones are`() async throws {
        try await with(PoolLimits(minimum: 1, maximum: 2)) { pool, server, clock in
            server.state.withLock { $0.failure = .refused }
            let error = await failure { try await pool.withConnection { _ async throws(IntegrationError) in } }
            #expect(error?.code == .refused)
            server.state.withLock { $0.failure = nil }
            try await pool.withConnection { _ async throws(IntegrationError) in }
            try await clock.sleep(for: .seconds(60))
            #expect(pool.counts.connections == 1)
        }
    }

    @Test func `what nobody uses is closed while nobody asks`() async throws {
        try await with(PoolLimits(minimum: 1, maximum: 4, idleTimeout: .seconds(30))) { pool, server, clock in
            await withDiscardingTaskGroup { group in
                for _ in 0..<4 {
                    group.addTask {
                        _ = await failure {
                            try await pool.withConnection { _ async throws(IntegrationError) in
                                do { try await clock.sleep(for: .seconds(1)) } catch {}
                            }
                        }
                    }
                }
            }
            #expect(pool.counts.idle == 4)
            try await clock.sleep(for: .seconds(31))
            #expect(pool.counts.idle == 1)
            #expect(server.state.withLock { $0.open.count } == 1)
        }
    }
}

@Suite("A pool that several share", .timeLimit(.minutes(1))) struct SharedPoolTests {
    @Test func `is opened by the first, closed by the last, and served by whoever is there`() async throws {
        let clock = ManualClock()
        let server = TestServer()
        let shared = SharedPool<Int>("db", PoolLimits(maximum: 1))
        let context = FlowContext.test(clock)
        let firstIsThere = ShutdownSignal()
        let firstMayLeave = ShutdownSignal()
        try await clock.run {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await shared.with(in: context, server.operations(clock)) { pool in
                        _ = try await pool.withConnection { number async throws(IntegrationError) in number }
                        firstIsThere.signal()
                        await firstMayLeave.wait()
                    }
                }
                await firstIsThere.wait()
                try await shared.with(in: context, server.operations(clock)) { pool in
                    let number = try await pool.withConnection { number async throws(IntegrationError) in number }
                    #expect(number == 1, "the connection of the first is there for the second")
                    firstMayLeave.signal()
                    try await group.next()
                    #expect(server.state.withLock { $0.open } == [1], "somebody still uses it")
                    _ = await failure {
                        try await pool.withConnection { _ async throws(IntegrationError) in
                            throw IntegrationError.refused
                        }
                    }
                    let next = try await pool.withConnection { number async throws(IntegrationError) in number }
                    #expect(next == 2, "who stays opens what is needed")
                }
            }
            #expect(server.state.withLock { $0.open.isEmpty }, "the last closes it")
            let again = try await shared.with(in: context, server.operations(clock)) { pool in
                try await pool.withConnection { number async throws(IntegrationError) in number }
            }
            #expect(again == 3)
        }
        #expect(server.state.withLock { $0.open.isEmpty })
    }
}
