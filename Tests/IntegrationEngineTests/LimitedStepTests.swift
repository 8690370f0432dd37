import IntegrationCore
import IntegrationEngine
import IntegrationTesting
import Synchronization
import Testing

@Suite("Limits of steps", .timeLimit(.minutes(1))) struct LimitedStepTests {
    func test(
        _ source: MemorySource, _ steps: [any StepDefinition], _ out: RecordingDestination = RecordingDestination(),
        lanes: Int = 1, handling: ErrorHandling = .exact()
    ) -> FlowTest {
        FlowTest(
            Flow(
                name: "f", sources: [.init("in", source)], steps: steps, destination: "out", errorHandling: handling,
                lanes: lanes), destinations: ["out": out])
    }

    @Test func `a batch that takes too long fails with a timeout that is tried again`() async throws {
        let source = MemorySource(numbers(3), batchSize: 3)
        let step = WaitingStep([.seconds(10), .seconds(1)])
        let out = RecordingDestination()
        let result = try await test(source, [LimitedStep(step, timeout: .seconds(5))], out).run()
        // Cut off after 5 s, tried again after 1 s, through after 1 s more.
        #expect(result.duration == .seconds(7))
        #expect(out.bodies.sorted() == numbers(3))
        #expect(result.snapshot.retries == 3)
        #expect(step.record.cutOff == 1)
        expectProperlySettled(source)
    }

    @Test func `a dead letter says that the step took too long, and which`() async throws {
        let step = WaitingStep([.seconds(10)])
        let result = try await test(
            MemorySource(["m"]), [LimitedStep(step, timeout: .milliseconds(1500))], handling: .exact(attempts: 2)
        ).run()
        let letter = try #require(result.deadLetters.first)
        #expect(result.deadLetters.count == 1)
        #expect(letter.error.code == .stepTimedOut)
        #expect(letter.error.message == "not done after 1s500ms")
        #expect(letter.step == "wait")
        #expect(letter.attempts == 2)
        #expect(result.duration == .seconds(4))
    }

    @Test func `what is done in time is not touched by the timeout`() async throws {
        let source = MemorySource(numbers(4), batchSize: 2)
        let step = WaitingStep([.seconds(4)], drops: "1", fails: "2")
        let result = try await test(
            source, [LimitedStep(step, timeout: .seconds(5))], handling: .exact(attempts: 1)
        ).run()
        #expect(result.outputs["out"] == ["0", "3"])
        #expect(result.snapshot.dropped == 1)
        #expect(result.deadLetters.map(\.error.code) == [.testPermanent])
        #expect(step.record.cutOff == 0)
    }

    @Test(arguments: [1, 2, 3])
    func `so many batches are in the step at once, over all lanes`(_ concurrency: Int) async throws {
        let source = MemorySource(numbers(6), batchSize: 1)
        let step = WaitingStep([.seconds(1)])
        let result = try await test(source, [LimitedStep(step, concurrency: concurrency)], lanes: 6).run()
        #expect(step.record.most == concurrency)
        #expect(result.duration == .seconds(6 / concurrency))
        #expect(Set(result.outputs["out"] ?? []) == Set(numbers(6)))
    }

    @Test func `without a limit every lane is in the step`() async throws {
        let step = WaitingStep([.seconds(1)])
        _ = try await test(MemorySource(numbers(6), batchSize: 1), [step], lanes: 6).run()
        #expect(step.record.most == 6)
    }

    @Test func `the wait for a turn does not count as time in the step`() async throws {
        let step = WaitingStep([.seconds(4)])
        let limited = LimitedStep(step, timeout: .seconds(5), concurrency: 1)
        let result = try await test(MemorySource(numbers(3), batchSize: 1), [limited], lanes: 3).run()
        #expect(result.snapshot.retries == 0)
        #expect(result.duration == .seconds(12))
    }

    @Test func `a flow that is cut off while batches wait for their turn releases them`() async throws {
        let source = MemorySource(numbers(3), batchSize: 1)
        let test = test(source, [LimitedStep(WaitingStep([.seconds(1000)]), concurrency: 1)], lanes: 3)
        let engine = test.makeEngine()
        try await test.clock.run { [clock = test.clock] in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await engine.run() }
                await clock.idle()
                group.cancelAll()
                while try await group.next() != nil {}
            }
        }
        #expect(source.released.sorted() == [0, 1, 2])
        #expect(engine.memoryDeadLetters.letters.isEmpty)
        expectProperlySettled(source)
    }

    @Test func `a step that never waits runs as it is`() async throws {
        let step = FailingStep(times: 0)
        let result = try await test(
            MemorySource(numbers(2)), [LimitedStep(step, timeout: .seconds(1), concurrency: 1)]
        ).run()
        #expect(step.texts == numbers(2))
        #expect(result.snapshot.sent == 2)
    }
}

/// A step that waits on the flow's clock.
private final class WaitingStep: StepDefinition {
    struct Record: Sendable {
        var calls = 0
        var now = 0
        /// The most batches that were in it at once.
        var most = 0
        var cutOff = 0
    }

    let name = "wait"
    /// How long each call takes; the last one counts for all that follow.
    private let waits: [Duration]
    private let drops: String?
    private let fails: String?
    private let state = Mutex(Record())

    init(_ waits: [Duration], drops: String? = nil, fails: String? = nil) {
        self.waits = waits
        self.drops = drops
        self.fails = fails
    }

    var record: Record { state.withLock { $0 } }

    private struct Built: AsyncStep {
        let step: WaitingStep

        func process(_ batch: inout Batch, in context: FlowContext) async throws(IntegrationError) {
            try await step.wait(context)
            batch.forEach(step.name) { message, arena throws(IntegrationError) in
                let text = message.text(in: arena)
                if text == step.fails { throw IntegrationError(.testPermanent, "no") }
                return text == step.drops ? .drop : .keep
            }
        }
    }

    private func wait(_ context: FlowContext) async throws(IntegrationError) {
        let wait = state.withLock { state in
            state.now += 1
            state.most = max(state.most, state.now)
            defer { state.calls += 1 }
            return waits[min(state.calls, waits.count - 1)]
        }
        defer { state.withLock { $0.now -= 1 } }
        do {
            try await context.clock.sleep(for: wait)
        } catch {
            state.withLock { $0.cutOff += 1 }
            throw IntegrationError(.testConnection, "cut off")
        }
    }

    func makeStep(_ build: FlowBuild) throws(IntegrationError) -> BuiltStep { .asynchronous(Built(step: self)) }
}
