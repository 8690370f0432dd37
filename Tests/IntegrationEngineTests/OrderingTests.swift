import IntegrationCore
import IntegrationEngine
import IntegrationTesting
import Testing

@Suite("Ordering", .timeLimit(.minutes(1))) struct OrderingTests {
    func flow(_ source: MemorySource, steps: [any StepDefinition] = [], attempts: Int = 5) -> Flow {
        Flow(
            name: "f", sources: [.init("in", source)], steps: steps, destination: "out",
            errorHandling: .exact(attempts: attempts), ordering: .source, lanes: 8)
    }

    @Test(arguments: [true, false])
    func `order is kept when a destination refuses single messages for a while`(_ isAllOrNothing: Bool) async throws {
        let source = MemorySource(numbers(50), batchSize: 10)
        let out = RecordingDestination(isAllOrNothing: isAllOrNothing)
        out.refuse(times: 2) { ["3", "4", "17", "40"].contains($0) }
        let result = try await FlowTest(flow(source), destinations: ["out": out]).run()
        #expect(out.bodies == numbers(50))
        #expect(result.deadLetters.isEmpty)
        expectProperlySettled(source)
    }

    @Test func `order is kept when a step fails single messages for a while`() async throws {
        let source = MemorySource(numbers(50), batchSize: 10)
        let step = FailingStep(times: 2) { ["0", "5", "6", "33"].contains($0) }
        let result = try await FlowTest(flow(source, steps: [step])).run()
        #expect(result.outputs["out"] == numbers(50))
        expectProperlySettled(source)
    }

    @Test func `messages behind one that waits are not run through the steps again`() async throws {
        let source = MemorySource(numbers(4), batchSize: 10)
        let step = FailingStep(times: 1) { $0 == "1" }
        let result = try await FlowTest(flow(source, steps: [step])).run()
        #expect(step.texts == ["0", "1", "2", "3", "1"])
        #expect(result.outputs["out"] == numbers(4))
    }

    @Test func `messages behind one that waits lose no try`() async throws {
        let source = MemorySource(numbers(4), batchSize: 10)
        let out = RecordingDestination()
        out.refuse(times: 2) { $0 == "1" }
        out.refuse(times: 2) { $0 == "2" }
        let result = try await FlowTest(flow(source, attempts: 3), destinations: ["out": out]).run()
        #expect(out.bodies == numbers(4))
        #expect(result.deadLetters.isEmpty)
    }

    @Test func `a message that fails for good leaves, and the others stay in order`() async throws {
        let source = MemorySource(numbers(20), batchSize: 10)
        let out = RecordingDestination()
        out.refuse { $0 == "4" }
        let step = FailingStep(with: IntegrationError(.testPermanent, "no")) { $0 == "12" }
        let result = try await FlowTest(flow(source, steps: [step], attempts: 3), destinations: ["out": out]).run()
        #expect(out.bodies == numbers(20).filter { $0 != "4" && $0 != "12" })
        #expect(result.deadLetters.map(\.attempts) == [3, 1])
        #expect(result.snapshot.received == result.snapshot.sent + result.snapshot.dead)
        expectProperlySettled(source)
    }

    @Test func `each destination sees its messages in order, whatever another one does`() async throws {
        let source = MemorySource(numbers(30), batchSize: 10)
        let left = RecordingDestination()
        let right = RecordingDestination()
        left.refuse(times: 2) { ["0", "12"].contains($0) }
        right.failNext(2)
        var flow = flow(source, steps: [RouteTo(["left", "right"]) { (Int($0) ?? 0) % 2 == 0 ? "left" : "right" }])
        flow.destination = nil
        let result = try await FlowTest(flow, destinations: ["left": left, "right": right]).run()
        #expect(left.bodies == numbers(30).filter { (Int($0) ?? 0) % 2 == 0 })
        #expect(right.bodies == numbers(30).filter { (Int($0) ?? 0) % 2 == 1 })
        #expect(result.snapshot.sent == 30)
        expectProperlySettled(source)
    }

    @Test func `the wait before a try is what the backoff says`() async throws {
        let source = MemorySource(numbers(3), batchSize: 10)
        let out = RecordingDestination()
        out.refuse(times: 3) { $0 == "1" }
        let result = try await FlowTest(flow(source), destinations: ["out": out]).run()
        #expect(out.records.map(\.time) == [0, 7, 7].map { Duration.seconds($0) })
        #expect(result.snapshot.retries == 3)
        #expect(result.duration == .seconds(7))
    }

    @Test func `shutdown does not wait for tries that are far off`() async throws {
        let source = MemorySource(numbers(20), batchSize: 10)
        let out = RecordingDestination()
        out.refuse(with: IntegrationError(.testRate, "later", retryAfter: .seconds(3600))) { $0 == "3" }
        let test = FlowTest(flow(source), destinations: ["out": out])
        let result = try await test.run { [clock = test.clock] engine in
            try await clock.sleep(for: .seconds(10))
            engine.stop()
        }
        #expect(result.duration == .seconds(10))
        #expect(out.bodies == ["0", "1", "2"])
        #expect(source.accepted == [0, 1, 2])
        #expect(source.released == [3, 4, 5, 6, 7, 8, 9])
        #expect(result.deadLetters.isEmpty)
        expectProperlySettled(source)
    }

    @Test(arguments: 1...40)
    func `order is kept under random faults`(_ seed: UInt64) async throws {
        var random = RandomSource(seed: seed)
        let source = MemorySource(numbers(100), batchSize: .random(in: 1...30, using: &random))
        let out = RecordingDestination(isAllOrNothing: .random(using: &random))
        let inStep = Set((0..<20).map { _ in String(Int.random(in: 0..<100, using: &random)) })
        let atEnd = Set((0..<20).map { _ in String(Int.random(in: 0..<100, using: &random)) })
        out.refuse(times: 1) { atEnd.contains($0) }
        out.failNext(.random(in: 0...3, using: &random))
        let step = FailingStep(times: .random(in: 1...2, using: &random)) { inStep.contains($0) }
        let result = try await FlowTest(flow(source, steps: [step], attempts: 50), destinations: ["out": out]).run()
        #expect(out.bodies == numbers(100))
        #expect(result.snapshot.sent == 100)
        expectProperlySettled(source)
    }
}
