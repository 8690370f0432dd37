import IntegrationCore
import IntegrationEngine
import IntegrationTesting
import Testing

@Suite("Shutdown and cancellation", .timeLimit(.minutes(1))) struct ShutdownTests {
    @Test func `what is in hand is finished, and nothing more is read`() async throws {
        let source = MemorySource(numbers(100), batchSize: 5)
        let out = RecordingDestination()
        out.block()
        let test = FlowTest(
            Flow(name: "f", sources: [.init("in", source)], destination: "out", lanes: 2), destinations: ["out": out])
        let result = try await test.run { [clock = test.clock] engine in
            await clock.idle()
            engine.stop()
            await clock.idle()
            #expect(source.isOpen)
            #expect(engine.snapshots[0].state.word == "draining")
            out.release()
        }
        #expect(result.snapshot.state.word == "stopped")
        #expect(source.accepted.sorted() == Array(0..<10))
        #expect(source.readCount == 10)
        #expect(out.bodies.count == 10)
        expectProperlySettled(source)
    }

    @Test func `parked messages are released at once, their neighbours stay accepted`() async throws {
        let source = MemorySource(numbers(6), batchSize: 3, staysOpen: true)
        let out = RecordingDestination()
        out.refuse(with: IntegrationError(.testRate, "later", retryAfter: .seconds(3000))) { $0 == "1" || $0 == "5" }
        let test = FlowTest(
            Flow(name: "f", sources: [.init("in", source)], destination: "out", errorHandling: .exact()),
            destinations: ["out": out])
        let result = try await test.run { [clock = test.clock] engine in
            try await clock.sleep(for: .seconds(60))
            engine.stop()
        }
        #expect(result.duration == .seconds(60))
        #expect(source.accepted.sorted() == [0, 2, 3, 4])
        #expect(source.released.sorted() == [1, 5])
        #expect(result.snapshot.parked == 0)
        #expect(result.snapshot.inFlight == 0)
        expectProperlySettled(source)
    }

    @Test func `a message that fails while the flow drains is released rather than parked`() async throws {
        let source = MemorySource(numbers(3), batchSize: 3)
        let out = RecordingDestination()
        out.block()
        out.refuse { $0 == "1" }
        let test = FlowTest(
            Flow(name: "f", sources: [.init("in", source)], destination: "out", errorHandling: .exact()),
            destinations: ["out": out])
        let result = try await test.run { [clock = test.clock] engine in
            await clock.idle()
            engine.stop()
            await clock.idle()
            out.release()
        }
        #expect(result.duration == .zero)
        #expect(source.accepted == [0, 2])
        #expect(source.released == [1])
        #expect(result.snapshot.parked == 0)
        expectProperlySettled(source)
    }

    @Test func `a source stays open until its last retry is settled`() async throws {
        let source = MemorySource(numbers(3), batchSize: 3)
        let out = RecordingDestination()
        out.refuse(times: 2) { $0 == "1" }
        let test = FlowTest(
            Flow(name: "f", sources: [.init("in", source)], destination: "out", errorHandling: .exact()),
            destinations: ["out": out])
        _ = try await test.run()
        #expect(source.settlings.map(\.isLate) == [false, false, false])
    }

    @Test func `shutdown while the dead-letter sink is down releases and does not wait`() async throws {
        let source = MemorySource(numbers(3), batchSize: 3)
        let dlq = RecordingDestination()
        dlq.refuse()
        let test = FlowTest(
            Flow(
                name: "f", sources: [.init("in", source)],
                steps: [FailingStep(with: IntegrationError(.testPermanent, "no")) { $0 == "1" }], destination: "out",
                errorHandling: .exact(deadLetters: "dlq")), destinations: ["dlq": dlq])
        let result = try await test.run { [clock = test.clock] engine in
            try await clock.sleep(for: .seconds(1000))
            engine.stop()
        }
        #expect(result.duration == .seconds(1000))
        #expect(source.accepted == [0, 2])
        #expect(source.released == [1])
        #expect(result.snapshot.state.word == "stopped")
        expectProperlySettled(source)
    }

    @Test func `stopping before running reads nothing`() async throws {
        let source = MemorySource(numbers(3))
        let test = FlowTest(Flow(name: "f", sources: [.init("in", source)], destination: "out"))
        let engine = test.makeEngine(mode: .untilStopped)
        engine.stop()
        try await test.clock.run { try await engine.run() }
        #expect(source.readCount == 0)
        #expect(engine.snapshots[0].state.word == "stopped")
    }

    @Test func `an engine that is to stay up runs on when its flows have finished`() async throws {
        let test = FlowTest(Flow(name: "f", sources: [.init("in", MemorySource(numbers(3)))], destination: "out"))
        let engine = test.makeEngine(mode: .untilStopped)
        let clock = test.clock
        try await clock.run {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await engine.run() }
                try await clock.sleep(for: .seconds(3600))
                #expect(engine.snapshots[0].state.word == "finished")
                engine.stop()
                try await group.waitForAll()
            }
        }
        #expect(clock.now == .seconds(3600))
    }

    @Test(arguments: [Ordering.none, .source])
    func `cancellation releases what is not done`(_ ordering: Ordering) async throws {
        let source = MemorySource(numbers(40), batchSize: 5)
        let out = RecordingDestination(duration: .seconds(10))
        out.refuse(times: 5, with: IntegrationError(.testRate, "later", retryAfter: .seconds(500))) { $0 == "7" }
        let test = FlowTest(
            Flow(
                name: "f", sources: [.init("in", source)], destination: "out", errorHandling: .exact(attempts: 1),
                ordering: ordering, lanes: 3), destinations: ["out": out])
        let engine = test.makeEngine()
        let clock = test.clock
        try await clock.run {
            await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await engine.run() }
                group.addTask {
                    try await clock.sleep(for: .seconds(15))
                    throw CancellationError()
                }
                while let result = await group.nextResult() {
                    if case .failure = result { group.cancelAll() }
                }
            }
        }
        #expect(clock.now == .seconds(15))
        #expect(engine.memoryDeadLetters.letters.allSatisfy { $0.error.code == .testRate })
        #expect(source.accepted.count + source.released.count == source.readCount)
        #expect(Set(out.records.map { Int($0.id.low) }).isSubset(of: source.accepted))
        expectProperlySettled(source)
    }

    @Test func `a send that is cut off because a sibling failed is no failure of its messages`() async throws {
        // Lane 1 stops the flow at 1 s while lane 2 is in the middle of a send.
        let source = MemorySource(numbers(2), batchSize: 1)
        let slow = RecordingDestination(duration: .seconds(10))
        let failing = RecordingDestination(duration: .seconds(1))
        failing.refuse(with: IntegrationError(.testPermanent, "no"))
        let test = FlowTest(
            Flow(
                name: "f", sources: [.init("in", source)],
                steps: [RouteTo(["slow", "failing"]) { $0 == "0" ? "failing" : "slow" }],
                errorHandling: .exact(attempts: 1, brake: Brake(failed: 1, of: 1)), lanes: 2),
            destinations: ["slow": slow, "failing": failing])
        let result = try await test.run()
        #expect(result.snapshot.state.error?.code == .brakeFell)
        #expect(result.deadLetters.map(\.id.low) == [0])
        #expect(source.accepted == [0])
        #expect(source.released == [1])
        expectProperlySettled(source)
    }

    @Test func `a lane that fails stops its siblings, and a source the other sources`() async throws {
        let endless = MemorySource(numbers(1000), batchSize: 1, staysOpen: true, interval: .seconds(1))
        let short = MemorySource(["x"], staysOpen: true, interval: .milliseconds(3500), seed: 2)
        let test = FlowTest(
            Flow(
                name: "f", sources: [.init("endless", endless), .init("short", short)],
                steps: [FailingStep(with: IntegrationError(.testPermanent, "no")) { $0 == "x" }], destination: "out",
                errorHandling: .exact(exhausted: .stop), lanes: 3))
        let result = try await test.run(patience: .seconds(2))
        #expect(result.snapshot.state.error?.code == .stoppedByFailure)
        #expect(result.duration == .milliseconds(3500))
        expectProperlySettled(endless)
        expectProperlySettled(short)
    }

    @Test func `what a run left unsettled the next one gets`() async throws {
        let source = MemorySource(numbers(50), batchSize: 5, redelivers: true)
        let out = RecordingDestination(duration: .seconds(1))
        out.refuse(times: 2)
        let flow = Flow(
            name: "f", sources: [.init("in", source)], destination: "out", errorHandling: .exact(attempts: 10), lanes: 2
        )
        let test = FlowTest(flow, destinations: ["out": out])
        for seconds in [3, 7, 1, 12, 5] {
            _ = try await test.run { [clock = test.clock] engine in
                try await clock.sleep(for: .seconds(seconds))
                engine.stop()
            }
            #expect(source.unsettled.isEmpty)
        }
        _ = try await test.run()
        #expect(source.accepted.sorted() == Array(0..<50))
        #expect(Set(out.bodies).count == 50)
        #expect(out.bodies.count == 50, "a stop that drains makes no duplicates")
        expectProperlySettled(source)
    }

    @Test func `a source that fails stops its flow, and parked messages are released while it is open`() async throws {
        let source = MemorySource(numbers(20), batchSize: 5, interval: .seconds(1))
        let out = RecordingDestination()
        out.refuse(with: IntegrationError(.testRate, "later", retryAfter: .seconds(500))) { $0 == "2" }
        let test = FlowTest(
            Flow(name: "f", sources: [.init("in", source)], destination: "out", errorHandling: .exact()),
            destinations: ["out": out])
        let result = try await test.run { [clock = test.clock] _ in
            try await clock.sleep(for: .milliseconds(2500))
            source.fail(with: IntegrationError(.testConnection, "cut"))
        }
        #expect(result.snapshot.state.error?.code == .testConnection)
        #expect(source.released == [2])
        #expect(result.duration == .seconds(3))
        expectProperlySettled(source)
    }
}
