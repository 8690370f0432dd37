import IntegrationCore
import IntegrationEngine
import IntegrationResilience
import IntegrationStore
import IntegrationTesting
import Testing

@Suite("Flows and the guards of connectors", .timeLimit(.minutes(1))) struct GuardTests {
    private static let refused = IntegrationError(.testConnection, "refused")

    /// Opens for 10 s when half of at least four requests fail, and for 1 s, 2 s, … 8 s where nobody answers.
    private static let breaker = BreakerLimits(
        window: .count(4), minimumRequests: 4,
        backoff: Backoff(initial: .seconds(10), maximum: .seconds(10), jitter: .none),
        unreachable: Backoff(initial: .seconds(1), maximum: .seconds(8), jitter: .none))

    @Test(arguments: [RequestUnit.batch, .message])
    func `an open breaker pauses the source: it is not polled, no try is counted, and all goes on when it closes`(
        unit: RequestUnit
    ) async throws {
        let clock = ManualClock()
        let source = MemorySource(numbers(60), batchSize: 5)
        let out = RecordingDestination(duration: .milliseconds(10), requestUnit: unit)
        let guarding = EndpointGuard("api", GuardOptions(maximumConcurrent: 2, breaker: Self.breaker))
        let result = try await FlowTest(
            Flow(
                name: "f", sources: [.init("in", source)], destination: "out", errorHandling: .exact(attempts: 2),
                lanes: 3), destinations: ["out": GuardedDestination(out, by: guarding)], clock: clock
        ).run { engine in
            out.failNext(10_000, with: Self.refused)
            try await clock.sleep(for: .seconds(200))
            // What the lanes had in hand, and not one message more.
            #expect(source.readCount <= 15)
            let deliveries = source.deliveries
            let sends = try #require(out.tries.map(\.send).max())
            // Tries at 0, 1, 3, 7, 15, 23 … s, the first with two requests at once.
            #expect(sends <= 32)
            guard case .open = guarding.status(at: clock.now).breaker else {
                Issue.record("the breaker is \(guarding.status(at: clock.now).breaker)")
                return
            }
            let trouble = engine.snapshot(of: "f")?.degraded
            #expect(trouble?.first?.hasPrefix("out circuit open, next try in ") == true)
            try await clock.sleep(for: .milliseconds(500))
            #expect(source.deliveries == deliveries)
            out.mend()
        }
        #expect(Set(out.bodies) == Set(numbers(60)))
        #expect(out.bodies.count == 60)
        #expect(result.snapshot.dead == 0)
        #expect(result.snapshot.degraded.isEmpty)
        let first = try #require(out.records.first).time
        let last = try #require(out.records.last).time
        #expect(first <= .milliseconds(210_000))
        #expect(last - first <= .seconds(2))
        expectProperlySettled(source)
    }

    @Test func `messages that wait for an open breaker keep the tries that they had`() async throws {
        let test = try DurableTest()
        try await test.fill("a", numbers(12))
        let out = RecordingDestination(requestUnit: .message)
        let guarding = EndpointGuard("api", GuardOptions(maximumConcurrent: 1, breaker: Self.breaker))
        _ = try await test.run(
            Flow(
                name: "f", sources: [.init("in", test.source("a", batchSize: 12))], destination: "out",
                errorHandling: .exact(attempts: 5), lanes: 1),
            destinations: ["out": GuardedDestination(out, by: guarding)]
        ) { engine in
            // Four answers of the kind that count as tries open the breaker.
            out.failNext(4)
            try await test.clock.sleep(for: .seconds(5))
            engine.stop()
        }
        #expect(out.tries.count == 4)
        let attempts = try await test.messages(in: "a").map(\.attempts)
        #expect(attempts.sorted() == [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1])
    }

    @Test func `of several destinations only the one that is down has an outbox, and the flow runs on`() async throws {
        let test = try DurableTest()
        try await test.fill("a", numbers(20))
        let (good, bad) = (RecordingDestination(), RecordingDestination(requestUnit: .message))
        let guarding = EndpointGuard("api", GuardOptions(breaker: Self.breaker))
        let result = try await test.run(
            Flow(
                name: "f", sources: [.init("in", test.source("a", batchSize: 2))], destination: "all",
                errorHandling: .exact(attempts: 2), lanes: 1),
            destinations: [
                "all": BroadcastDestination(["good", "bad"]), "good": good,
                "bad": GuardedDestination(bad, by: guarding),
            ]
        ) { engine in
            bad.failNext(10_000, with: Self.refused)
            try await test.clock.sleep(for: .seconds(60))
            #expect(good.bodies.count == 20)
            #expect(bad.bodies.isEmpty)
            let store = try test.storage.store
            let waiting = try await store.queues().filter { $0.messages > 0 }
            #expect(waiting.map(\.name) == [.outbox(flow: "f", destination: "bad")])
            #expect(waiting.map(\.messages) == [20])
            #expect(engine.snapshot(of: "f")?.degraded.first?.hasPrefix("bad circuit") == true)
            bad.mend()
        }
        #expect(Set(bad.bodies) == Set(numbers(20)))
        #expect(bad.bodies.count == 20)
        #expect(good.bodies.count == 20)
        #expect(result.snapshot.dead == 0)
        #expect(try await test.counts == [:])
    }

    @Test(arguments: [Ordering.none, .source])
    func `a step that can't reach what it asks pauses the source too, and its messages lose no try`(
        ordering: Ordering
    ) async throws {
        let clock = ManualClock()
        let source = MemorySource(numbers(40), batchSize: 4)
        let ask = AskingStep(failing: Self.refused)
        let out = RecordingDestination()
        let result = try await FlowTest(
            Flow(
                name: "f", sources: [.init("in", source)], steps: [ask], destination: "out",
                errorHandling: .exact(attempts: 2), ordering: ordering, lanes: 2), destinations: ["out": out],
            clock: clock
        ).run { engine in
            try await clock.sleep(for: .seconds(200))
            #expect(source.readCount <= 8)
            // 1, 2, 4, … 30 s apart.
            #expect(ask.calls.count <= 14)
            #expect(engine.snapshot(of: "f")?.degraded.first?.hasPrefix("ask circuit") == true)
            ask.fail(with: nil)
        }
        #expect(Set(out.bodies) == Set(numbers(40)))
        #expect(out.bodies.count == 40)
        #expect(result.snapshot.dead == 0)
        #expect(result.snapshot.degraded.isEmpty)
        expectProperlySettled(source)
    }

    @Test func `a queue is not read while a step can't reach what it asks, and the tries stay what they were`()
        async throws
    {
        let test = try DurableTest()
        try await test.fill("a", numbers(20))
        let ask = AskingStep(failing: Self.refused)
        _ = try await test.run(
            Flow(
                name: "f", sources: [.init("in", test.source("a", batchSize: 2))], steps: [ask], destination: "out",
                errorHandling: .exact(attempts: 2), lanes: 2), destinations: ["out": RecordingDestination()]
        ) { engine in
            try await test.clock.sleep(for: .seconds(100))
            #expect(ask.calls.count < 12)
            engine.stop()
        }
        #expect(try await test.messages(in: "a").map(\.attempts) == Array(repeating: 0, count: 20))
    }

    @Test func `what the flow itself retries comes after the tries of the connector`() async throws {
        let source = MemorySource(["x"])
        let out = RecordingDestination()
        out.failNext(5)
        let guarding = EndpointGuard(
            "api", GuardOptions(retry: RetryPolicy(maximumAttempts: 2, backoff: .exact)))
        let result = try await FlowTest(
            Flow(
                name: "f", sources: [.init("in", source)], destination: "out", errorHandling: .exact(attempts: 3)),
            destinations: ["out": GuardedDestination(out, by: guarding)]
        ).run()
        // Two tries a second apart for each of the flow's three, which are 1 s and 2 s apart.
        #expect(out.tries.map(\.time) == [0, 1, 2, 3, 5, 6].map { .seconds($0) })
        #expect(result.snapshot.retries == 2)
        #expect(out.bodies == ["x"])
    }

    @Test func `the engine tells how the guards of its connectors stand`() async throws {
        let guarding = EndpointGuard("api", GuardOptions(breaker: Self.breaker))
        var connectors = ConnectorDirectory()
        let known = connectors.guarding("api", guarding.options)
        let out = RecordingDestination()
        out.failNext(1, with: Self.refused)
        var test = FlowTest(
            Flow(name: "f", sources: [.init("in", MemorySource(["x"]))], destination: "out"),
            destinations: ["out": GuardedDestination(out, by: known)])
        test.connectors = connectors
        _ = try await test.run { [clock = test.clock] engine in
            try await clock.sleep(for: .milliseconds(200))
            let status = try #require(engine.connectorStatuses.first)
            #expect(status.name == "api")
            #expect(status.breaker == .open(nextTryIn: .milliseconds(800)))
            #expect(status.lastError?.message == "refused")
            #expect(status.lastErrorAge == .milliseconds(200))
        }
        #expect(out.bodies == ["x"])
    }
}
