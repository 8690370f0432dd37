import IntegrationCore
import IntegrationEngine
import IntegrationStore
import IntegrationTesting
import Testing

@Suite("Destinations that can't be reached", .timeLimit(.minutes(1))) struct BreakerTests {
    static let refused = IntegrationError(.testConnection, "refused")

    @Test(arguments: [1, 4])
    func `over a queue: no try is counted, and all is sent within a second of the first answer`(lanes: Int) async throws
    {
        let test = try DurableTest()
        try await test.fill("a", numbers(40))
        let out = RecordingDestination(duration: .milliseconds(10))
        out.failNext(10_000, with: Self.refused)
        let mended = Box(Duration.zero)
        let result = try await test.run(
            Flow(
                name: "f", sources: [.init("in", test.source("a", batchSize: 2))], destination: "out",
                errorHandling: .exact(attempts: 2), lanes: lanes), destinations: ["out": out]
        ) { _ in
            try await test.clock.sleep(for: .seconds(200))
            let sends = try #require(out.tries.map(\.send).max())
            #expect(sends < 15 + lanes)
            out.mend()
            mended.withLock { $0 = test.clock.now }
        }
        #expect(out.bodies.count == 40)
        #expect(Set(out.bodies) == Set(numbers(40)))
        let first = try #require(out.records.first).time
        let last = try #require(out.records.last).time
        #expect(first - mended.value <= .seconds(31))
        #expect(last - first <= .seconds(1))
        #expect(result.snapshot.dead == 0)
        #expect(try await test.counts == [:])
    }

    @Test func `without a store: no try is counted, the source is not read, and all is sent when it is back`()
        async throws
    {
        let clock = ManualClock()
        let source = MemorySource(numbers(40), batchSize: 2)
        let out = RecordingDestination()
        out.failNext(10_000, with: Self.refused)
        let result = try await FlowTest(
            Flow(
                name: "f", sources: [.init("in", source)], destination: "out", errorHandling: .exact(attempts: 2),
                lanes: 3), destinations: ["out": out], clock: clock
        ).run { _ in
            try await clock.sleep(for: .seconds(200))
            #expect(source.readCount <= 6)
            out.mend()
        }
        #expect(Set(out.bodies) == Set(numbers(40)))
        #expect(out.bodies.count == 40)
        #expect(result.snapshot.dead == 0)
        expectProperlySettled(source)
    }

    @Test func `an answer that refuses a message is an answer: its tries are counted`() async throws {
        let test = try DurableTest()
        let out = RecordingDestination()
        out.failNext(1, with: Self.refused)
        out.refuse()
        let result = try await test.run(
            Flow(
                name: "f", sources: [.init("in", MemorySource(["x"]))], destination: "out",
                errorHandling: .exact(attempts: 2)), destinations: ["out": out])
        #expect(out.tries.count == 3)
        #expect(result.snapshot.dead == 1)
        #expect(try await test.deadLetters.map(\.attempts) == [2])
    }

    @Test func `a flow whose destination is down stops at once, and its messages wait`() async throws {
        let test = try DurableTest()
        try await test.fill("a", numbers(4))
        let out = RecordingDestination()
        out.failNext(10_000, with: Self.refused)
        _ = try await test.run(
            Flow(
                name: "f", sources: [.init("in", test.source("a", batchSize: 2))], destination: "out", lanes: 2),
            destinations: ["out": out]
        ) { engine in
            try await test.clock.sleep(for: .seconds(100))
            engine.stop()
        }
        #expect(test.clock.now == .seconds(100))
        #expect(try await test.messages(in: "a").map(\.attempts) == [0, 0, 0, 0])
    }

    @Test func `a source waits when those who should find out come to nothing`() async throws {
        let test = try DurableTest()
        let source = MemorySource(numbers(4), batchSize: 1)
        let out = RecordingDestination()
        out.failNext(1, with: Self.refused)
        _ = try await test.run(
            Flow(name: "f", sources: [.init("in", source)], destination: "out", lanes: 1), destinations: ["out": out]
        ) { _ in
            try await test.clock.sleep(for: .milliseconds(10))
            // Somebody takes away what waits, so that nobody asks the destination again.
            #expect(try await test.storage.store.purge(.parked(flow: "f")) == 1)
        }
        #expect(out.bodies == ["1", "2", "3"])
        #expect(out.records.allSatisfy { $0.time > .seconds(30) && $0.time < .seconds(32) })
    }
}
