import IntegrationCore
import IntegrationTesting
import Testing

@Suite("The manual clock", .timeLimit(.minutes(1))) struct ManualClockTests {
    @Test func `it moves from deadline to deadline, and everybody sees his own time`() async throws {
        let clock = ManualClock()
        let seen = Box<[Duration]>([])
        try await clock.run {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for seconds in [30, 10, 3600, 10] {
                    group.addTask {
                        try await clock.sleep(for: .seconds(seconds))
                        seen.withLock { $0.append(clock.now) }
                    }
                }
                try await group.waitForAll()
            }
        }
        #expect(seen.value == [10, 10, 30, 3600].map { Duration.seconds($0) })
        #expect(clock.wallTime == .seconds(1_767_225_600 + 3600))
    }

    @Test func `it does not move while somebody can still go on`() async throws {
        let clock = ManualClock()
        let steps = Box(0)
        try await clock.run {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for _ in 0..<1000 {
                        await Task.yield()
                        steps.withLock { $0 += 1 }
                    }
                    #expect(clock.now == .zero)
                }
                try await clock.sleep(for: .seconds(1))
                #expect(steps.value == 1000)
            }
        }
    }

    @Test func `idle returns when all others wait, before the clock moves`() async throws {
        let clock = ManualClock()
        let steps = Box(0)
        try await clock.run {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for _ in 0..<100 { await Task.yield() }
                    steps.withLock { $0 = 1 }
                    try await clock.sleep(for: .seconds(1))
                    steps.withLock { $0 = 2 }
                }
                await clock.idle()
                #expect(steps.value == 1)
                #expect(clock.now == .zero)
                #expect(clock.deadlines == [.seconds(1)])
                try await group.waitForAll()
            }
        }
        #expect(steps.value == 2)
    }

    @Test func `moved by hand it wakes those whose time has come`() async throws {
        let clock = ManualClock()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await clock.sleep(until: .seconds(5)) }
            while clock.deadlines.isEmpty { await Task.yield() }
            clock.advance(by: .seconds(4))
            #expect(clock.deadlines == [.seconds(5)])
            clock.advance(by: .seconds(1))
            #expect(clock.deadlines.isEmpty)
            try await group.waitForAll()
        }
        try await clock.sleep(until: .seconds(5))
    }

    @Test func `sleep ends when its task is cancelled`() async throws {
        let clock = ManualClock()
        await #expect(throws: CancellationError.self) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await clock.sleep(until: .seconds(5)) }
                group.cancelAll()
                try await group.waitForAll()
            }
        }
        #expect(clock.deadlines.isEmpty)
    }

    @Test func `a test that no longer moves is given up`() async throws {
        let clock = ManualClock()
        await #expect(throws: ManualClock.Stuck.self) {
            try await clock.run(patience: .milliseconds(50)) { await ShutdownSignal().wait() }
        }
    }

    @Test func `it throws what the body throws`() async throws {
        await #expect(throws: IntegrationError.self) {
            try await ManualClock().run { throw RecordingDestination.failure }
        }
    }

    @Test func `the order of events is the same every time`() async throws {
        @Sendable func trace() async throws -> [Int] {
            let clock = ManualClock()
            let events = Box<[Int]>([])
            try await clock.run {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<20 {
                        group.addTask {
                            for step in 0..<20 {
                                events.withLock { $0.append(number * 100 + step) }
                                if number.isMultiple(of: 3) { await Task.yield() }
                                try await clock.sleep(for: .milliseconds((number * 7 + step * 3) % 11))
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
            return events.value
        }
        let first = try await trace()
        for _ in 0..<20 { #expect(try await trace() == first) }
    }
}
