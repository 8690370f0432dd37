import IntegrationCore
import IntegrationResilience
import Testing

@Suite("What a pool decides") struct PoolStateTests {
    /// The world around a pool: does what it wants in any order, and remembers who has what.
    private struct World {
        let limits: PoolLimits
        var pool: PoolState
        var now = Duration.seconds(10)
        var opening: Set<Int> = []
        var checking: Set<Int> = []
        var closing: Set<Int> = []
        /// Open connections and who uses them.
        var open: [Int: Int?] = [:]
        var waiting: [Int] = []
        var next = 0
        var isShutDown = false

        init(_ limits: PoolLimits) {
            self.limits = limits
            pool = PoolState(limits)
        }

        /// Notes what the pool wants.
        mutating func take() {
            for action in pool.takeActions() {
                switch action {
                case .open(let connection):
                    #expect(opening.insert(connection).inserted)
                    #expect(open[connection] == nil)
                    #expect(!isShutDown)
                case .check(let connection):
                    #expect(open[connection] == .some(nil))
                    #expect(checking.insert(connection).inserted)
                case .close(let connection):
                    #expect(open.removeValue(forKey: connection) == .some(nil), "closed while it was in use")
                    checking.remove(connection)
                    #expect(closing.insert(connection).inserted)
                case .give(let connection, let ticket):
                    #expect(open[connection] == .some(nil), "given to two")
                    checking.remove(connection)
                    open[connection] = ticket
                    #expect(waiting.contains(ticket), "answered twice, or never asked")
                    waiting.removeAll { $0 == ticket }
                case .refuse(let ticket, let refusal):
                    #expect(waiting.contains(ticket), "answered twice, or never asked")
                    waiting.removeAll { $0 == ticket }
                    if refusal == .unreachable { #expect(open.isEmpty && opening.isEmpty) }
                    if refusal == .shutDown { #expect(isShutDown) }
                }
            }
            let all = open.count + opening.count + closing.count
            #expect(all <= limits.maximum)
            #expect(pool.connections == all)
            // Somebody waits only where nothing is free: others wait for those that are being checked.
            let idle = open.filter { $0.value == nil && !checking.contains($0.key) }.count
            #expect(pool.idleConnections == idle)
            if !isShutDown, waiting.count > checking.count { #expect(idle == 0) }
            // Those whose connection turned out dead come back to the line.
            #expect(pool.waiting <= limits.maximumWaiting + limits.maximum)
        }

        mutating func step(_ random: inout RandomSource) {
            switch Int.random(in: 0..<12, using: &random) {
            case 0:
                now += .milliseconds(Int.random(in: 0...4000, using: &random))
                pool.tick(at: now)
            case 1..<5:
                next += 1
                waiting.append(next)
                let deadline: Duration? = Bool.random(using: &random) ? now + .seconds(3) : nil
                pool.request(next, deadline: deadline, at: now)
            case 5:
                guard let ticket = waiting.randomElement(using: &random) else { return }
                let wasWaiting = pool.cancel(ticket, at: now)
                #expect(wasWaiting)
                waiting.removeAll { $0 == ticket }
            case 6:
                guard let connection = opening.randomElement(using: &random) else { return }
                opening.remove(connection)
                if Int.random(in: 0..<3, using: &random) == 0 {
                    pool.openFailed(connection, at: now, using: &random)
                } else {
                    open[connection] = .some(nil)
                    pool.opened(connection, at: now, using: &random)
                }
            case 7:
                guard let connection = checking.randomElement(using: &random) else { return }
                checking.remove(connection)
                pool.checked(connection, isHealthy: Bool.random(using: &random), at: now)
            case 8:
                guard let connection = closing.randomElement(using: &random) else { return }
                closing.remove(connection)
                pool.closed(connection, at: now)
            default:
                guard let used = open.filter({ $0.value != nil }).keys.sorted().randomElement(using: &random) else {
                    return
                }
                open[used] = .some(nil)
                pool.returned(used, isBroken: Int.random(in: 0..<5, using: &random) == 0, at: now)
            }
            take()
        }

        /// Ends all that is under way.
        mutating func finish(_ random: inout RandomSource) {
            isShutDown = true
            pool.shutDown(at: now)
            take()
            for connection in opening {
                open[connection] = .some(nil)
                pool.opened(connection, at: now, using: &random)
            }
            opening = []
            take()
            for connection in checking { pool.checked(connection, isHealthy: true, at: now) }
            checking = []
            take()
            for (connection, user) in open where user != nil {
                open[connection] = .some(nil)
                pool.returned(connection, isBroken: false, at: now)
            }
            take()
            for connection in closing { pool.closed(connection, at: now) }
            closing = []
            take()
        }
    }

    @Test(arguments: 1...300 as ClosedRange<UInt64>)
    func `a connection is lent to one at a time, never more are open than may, and everybody is answered once`(
        seed: UInt64
    ) {
        var random = RandomSource(seed: seed)
        let maximum = Int.random(in: 1...6, using: &random)
        let limits = PoolLimits(
            minimum: Int.random(in: 0...maximum, using: &random), maximum: maximum,
            idleTimeout: Bool.random(using: &random) ? .seconds(5) : nil,
            lifetime: Bool.random(using: &random) ? .seconds(20) : nil,
            checkAfter: Bool.random(using: &random) ? .seconds(2) : nil,
            maximumWaiting: Int.random(in: 0...10, using: &random))
        var world = World(limits)
        world.pool.start(at: world.now)
        world.take()
        #expect(world.opening.count == limits.minimum)
        for _ in 0..<500 { world.step(&random) }
        world.finish(&random)
        #expect(world.waiting.isEmpty)
        #expect(world.pool.isOver)
    }

    private static let plain = PoolLimits(
        minimum: 1, maximum: 3, idleTimeout: .seconds(10), lifetime: .seconds(60), lifetimeJitter: 0, checkAfter: nil,
        backoff: Backoff(initial: .seconds(1), maximum: .seconds(8), jitter: .none))

    @Test func `what nobody uses is closed, but for the minimum, and what is too old is replaced`() {
        var random = RandomSource(seed: 1)
        var pool = PoolState(Self.plain)
        pool.start(at: .zero)
        for ticket in 1...3 { pool.request(ticket, at: .zero) }
        #expect(pool.takeActions() == [.open(connection: 1), .open(connection: 2), .open(connection: 3)])
        for connection in 1...3 { pool.opened(connection, at: .zero, using: &random) }
        #expect(pool.takeActions() == (1...3).map { .give(connection: $0, to: $0) })
        for connection in 1...3 { pool.returned(connection, isBroken: false, at: .seconds(connection)) }
        #expect(pool.nextTick == .seconds(11))
        pool.tick(at: .seconds(12))
        #expect(pool.takeActions() == [.close(connection: 1), .close(connection: 2)])
        #expect(pool.nextTick == .seconds(60))
        pool.closed(1, at: .seconds(12))
        pool.closed(2, at: .seconds(12))
        pool.tick(at: .seconds(60))
        #expect(pool.takeActions() == [.close(connection: 3), .open(connection: 4)])
    }

    @Test func `the connection that was used last is lent first`() {
        var random = RandomSource(seed: 1)
        var pool = PoolState(Self.plain)
        for ticket in 1...2 { pool.request(ticket, at: .zero) }
        for connection in 1...2 { pool.opened(connection, at: .zero, using: &random) }
        pool.returned(2, isBroken: false, at: .zero)
        pool.returned(1, isBroken: false, at: .zero)
        _ = pool.takeActions()
        pool.request(3, at: .zero)
        #expect(pool.takeActions() == [.give(connection: 1, to: 3)])
    }

    @Test
    func `where none can be opened, those who wait are told, and it is tried again after longer and longer waits`() {
        var random = RandomSource(seed: 1)
        var pool = PoolState(Self.plain)
        pool.request(1, at: .zero)
        #expect(pool.takeActions() == [.open(connection: 1)])
        pool.openFailed(1, at: .zero, using: &random)
        #expect(pool.takeActions() == [.refuse(1, .unreachable)])
        #expect(pool.nextTick == .seconds(1))
        pool.tick(at: .seconds(1))
        #expect(pool.takeActions() == [.open(connection: 2)])
        pool.openFailed(2, at: .seconds(1), using: &random)
        #expect(pool.nextTick == .seconds(3))
        // While one works, others wait for it.
        pool.tick(at: .seconds(3))
        pool.opened(3, at: .seconds(3), using: &random)
        pool.request(2, at: .seconds(3))
        pool.request(3, at: .seconds(3))
        #expect(pool.takeActions() == [.open(connection: 3), .give(connection: 3, to: 2), .open(connection: 4)])
        pool.openFailed(4, at: .seconds(3), using: &random)
        #expect(pool.takeActions().isEmpty)
        pool.returned(3, isBroken: false, at: .seconds(3))
        #expect(pool.takeActions() == [.give(connection: 3, to: 3)])
    }

    @Test func `who waited for a connection that turned out dead is first for the next one`() {
        var random = RandomSource(seed: 1)
        var limits = Self.plain
        limits.checkAfter = .seconds(5)
        limits.maximum = 1
        var pool = PoolState(limits)
        pool.start(at: .zero)
        pool.opened(1, at: .zero, using: &random)
        pool.request(1, deadline: .seconds(30), at: .seconds(6))
        pool.request(2, at: .seconds(6))
        #expect(pool.takeActions() == [.open(connection: 1), .check(connection: 1)])
        pool.checked(1, isHealthy: false, at: .seconds(7))
        #expect(pool.takeActions() == [.close(connection: 1)])
        pool.closed(1, at: .seconds(7))
        pool.opened(2, at: .seconds(7), using: &random)
        #expect(pool.takeActions() == [.open(connection: 2), .give(connection: 2, to: 1)])
        #expect(pool.waiting == 1)
    }
}
