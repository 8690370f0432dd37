import IntegrationCore
import IntegrationEngine
import IntegrationResilience
import IntegrationTesting
import Testing

@Suite("Counters", .timeLimit(.minutes(2))) struct CounterTests {
    /// A flow with faults of every kind, drawn from a seed.
    struct Case {
        let source: MemorySource
        let left = RecordingDestination()
        let right: RecordingDestination
        let flow: Flow
        let count: Int

        init(seed: UInt64, backoff: Backoff) {
            var random = RandomSource(seed: seed)
            func some(_ share: Int) -> Set<Int> {
                Set((0..<500).filter { _ in Int.random(in: 0..<100, using: &random) < share })
            }
            count = .random(in: 0...300, using: &random)
            source = MemorySource(numbers(count), batchSize: .random(in: 1...25, using: &random))
            right = RecordingDestination(isAllOrNothing: .random(using: &random))
            let dropped = some(10)
            let permanent = some(5)
            let flaky = some(10)
            let toLeft = some(50)
            let refused = some(15)
            left.refuse(times: .random(in: 1...4, using: &random)) { refused.contains(Int($0) ?? -1) }
            left.refuse(with: IntegrationError(.testPermanent, "no")) { $0.hasSuffix("77") }
            right.failNext(.random(in: 0...5, using: &random))
            let drop = StepFunction("drop") { message, arena throws(IntegrationError) in
                dropped.contains(Int(message.text(in: arena)) ?? -1) ? .drop : .keep
            }
            flow = Flow(
                name: "f", sources: [.init("in", source)],
                steps: [
                    FailingStep("permanent", with: IntegrationError(.testPermanent, "no")) {
                        permanent.contains(Int($0) ?? -1)
                    },
                    drop,
                    FailingStep("flaky", times: .random(in: 1...3, using: &random)) { flaky.contains(Int($0) ?? -1) },
                    RouteTo(["left", "right"]) { toLeft.contains(Int($0) ?? -1) ? "left" : "right" },
                ],
                errorHandling: ErrorHandling(
                    maximumAttempts: .random(in: 1...4, using: &random), backoff: backoff,
                    brake: Brake(failed: 1000, of: 1000)),
                ordering: Int.random(in: 0..<4, using: &random) == 0 ? .source : .none,
                lanes: .random(in: 1...5, using: &random),
                limits: InFlightLimits(messages: .random(in: 5...400, using: &random), bytes: 1 << 20))
        }

        func check(_ snapshot: FlowSnapshot, dead: [DeadLetter]) {
            #expect(snapshot.state.word == "finished")
            #expect(snapshot.received == count)
            #expect(snapshot.sent + snapshot.dropped + snapshot.dead == count)
            #expect(snapshot.inFlight == 0)
            #expect(snapshot.parked == 0)
            #expect(snapshot.dead == dead.count)
            #expect(snapshot.sent == left.records.count + right.records.count)
            let ends = left.records.map(\.id) + right.records.map(\.id) + dead.map(\.id)
            #expect(Set(ends).count == ends.count, "a message came to two ends")
            #expect(ends.count + snapshot.dropped == count)
            #expect(source.accepted.sorted() == Array(0..<count))
            expectProperlySettled(source)
        }
    }

    @Test(arguments: 1...100)
    func `received is sent and dropped and dead, whatever fails`(_ seed: UInt64) async throws {
        let test = Case(seed: seed, backoff: Backoff())
        let result = try await FlowTest(
            test.flow, destinations: ["left": test.left, "right": test.right], seed: seed
        ).run()
        test.check(result.snapshot, dead: result.deadLetters)
    }

    /// On as many threads as there are, so that races show; nothing waits because the backoff is nothing.
    @Test(arguments: 1...40)
    func `received is sent and dropped and dead on many threads as well`(_ seed: UInt64) async throws {
        let test = Case(seed: seed, backoff: Backoff(initial: .zero, maximum: .zero))
        let engine = FlowTest(test.flow, destinations: ["left": test.left, "right": test.right]).makeEngine()
        try await engine.run()
        test.check(engine.snapshots[0], dead: engine.memoryDeadLetters.letters)
    }

    @Test func `bytes count what came in`() async throws {
        let source = MemorySource(["a", "bb", "ccc"])
        let result = try await FlowTest(Flow(name: "f", sources: [.init("in", source)], destination: "out")).run()
        #expect(result.snapshot.bytes == 6)
        #expect(result.snapshot.received == 3)
        #expect(result.snapshot.delivered.map(\.destination) == ["out"])
    }

    @Test func `deaths are counted by step and code`() async throws {
        let test = FlowTest(
            Flow(
                name: "f", sources: [.init("in", MemorySource(numbers(6)))],
                steps: [
                    FailingStep("first", with: IntegrationError(.testPermanent, "no")) { $0 == "1" || $0 == "2" },
                    FailingStep("second", with: IntegrationError(.messageNotJSON, "no")) { $0 == "3" },
                ], destination: "out"))
        let reasons = try await test.run().snapshot.deadByReason
        #expect(reasons.count == 2)
        #expect(reasons[.init(step: "first", code: "IE3905", message: "Permanent")] == 2)
        #expect(reasons[.init(step: "second", code: "IE2001", message: "Message is not JSON")] == 1)
    }
}
