import IntegrationCore
import IntegrationEngine
import IntegrationTesting
import Testing

@Suite("The brake", .timeLimit(.minutes(1))) struct BrakeTests {
    let permanent = IntegrationError(.testPermanent, "no")

    func run(
        _ count: Int, batch: Int = 10, brake: Brake, lanes: Int = 1, attempts: Int = 1, error: IntegrationError? = nil,
        fails: @escaping @Sendable (Int) -> Bool
    ) async throws -> (FlowTest.Result, MemorySource) {
        let source = MemorySource(numbers(count), batchSize: batch)
        let step = FailingStep(with: error ?? permanent) { fails(Int($0) ?? 0) }
        let test = FlowTest(
            Flow(
                name: "f", sources: [.init("in", source)], steps: [step], destination: "out",
                errorHandling: .exact(attempts: attempts, brake: brake), lanes: lanes))
        return (try await test.run(), source)
    }

    @Test func `the brake falls when N of the last M messages failed`() async throws {
        let (result, source) = try await run(500, brake: Brake(failed: 20, of: 40)) { $0 >= 100 }
        #expect(result.snapshot.state.error?.code == .brakeFell)
        #expect(result.snapshot.sent == 100)
        #expect(result.snapshot.dead == 20)
        #expect(source.readCount == 120)
        #expect(result.snapshot.inFlight == 0)
        expectProperlySettled(source)
    }

    @Test func `scattered failures below the mark never stop a flow`() async throws {
        // Every second message fails: 20 of any 40, one less than the mark.
        let (result, source) = try await run(2000, brake: Brake(failed: 21, of: 40)) { $0.isMultiple(of: 2) }
        #expect(result.snapshot.state.word == "finished")
        #expect(result.snapshot.dead == 1000)
        expectProperlySettled(source)
    }

    @Test func `failures are counted in the order of the source, within a batch too`() async throws {
        // Three in a row stop the flow, three with others between them do not.
        let scattered = try await run(30, batch: 30, brake: Brake(failed: 3, of: 3)) {
            [3, 5, 7, 9, 10, 12].contains($0)
        }
        #expect(scattered.0.snapshot.state.word == "finished")
        let row = try await run(30, batch: 30, brake: Brake(failed: 3, of: 3)) { [8, 9, 10].contains($0) }
        #expect(row.0.snapshot.state.error?.code == .brakeFell)
    }

    @Test func `messages that fail for good after retries are counted once, as failures`() async throws {
        let (result, source) = try await run(
            400, brake: Brake(failed: 30, of: 30), attempts: 3, error: RecordingDestination.failure
        ) { _ in true }
        #expect(result.snapshot.state.error?.code == .brakeFell)
        #expect(result.snapshot.dead < 400)
        expectProperlySettled(source)
    }

    @Test func `messages that succeed after retries do not count as failures`() async throws {
        let source = MemorySource(numbers(200), batchSize: 10)
        let out = RecordingDestination()
        out.refuse(times: 2)
        let test = FlowTest(
            Flow(
                name: "f", sources: [.init("in", source)], destination: "out",
                errorHandling: .exact(brake: Brake(failed: 2, of: 10))), destinations: ["out": out])
        let result = try await test.run()
        #expect(result.snapshot.state.word == "finished")
        #expect(result.snapshot.sent == 200)
    }

    @Test(arguments: 1...4)
    func `a fallen brake stops every lane and releases what was not done`(_ lanes: Int) async throws {
        let (result, source) = try await run(10_000, brake: Brake(failed: 50, of: 50), lanes: lanes) { _ in true }
        #expect(result.snapshot.state.error?.code == .brakeFell)
        #expect(source.readCount < 200)
        #expect(result.snapshot.dead + source.released.count == source.readCount)
        expectProperlySettled(source)
    }

    @Test func `a flow that fails stops alone`() async throws {
        let good = MemorySource(numbers(500), interval: .seconds(1))
        let bad = MemorySource(numbers(500))
        let test = FlowTest(
            Flow(
                name: "bad", sources: [.init("in", bad)], steps: [FailingStep(with: permanent)], destination: "out",
                errorHandling: .exact(brake: Brake(failed: 5, of: 5))),
            Flow(name: "good", sources: [.init("in", good)], destination: "out"))
        let result = try await test.run()
        #expect(result.snapshots[0].state.error?.code == .brakeFell)
        #expect(result.snapshots[1].state.word == "finished")
        #expect(result.snapshots[1].sent == 500)
        expectProperlySettled(good)
        expectProperlySettled(bad)
    }
}
