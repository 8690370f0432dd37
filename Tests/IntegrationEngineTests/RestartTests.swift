import IntegrationCore
import IntegrationEngine
import IntegrationTesting
import Testing

@Suite("Stopping and starting again", .timeLimit(.minutes(1))) struct RestartTests {
    /// Runs an engine that stays up beside `body`, and stops it.
    func run(_ test: FlowTest, _ body: @escaping @Sendable (Engine, ManualClock) async throws -> Void) async throws {
        try await test.runningEngine(body)
    }

    @Test func `a second run counts from nought and sees nothing of the first one's retries`() async throws {
        let source = MemorySource(numbers(4), batchSize: 2, redelivers: true, staysOpen: true)
        let out = RecordingDestination()
        out.refuse { $0 == "1" }
        let test = FlowTest(
            Flow(
                name: "f", sources: [.init("in", source)], destination: "out", errorHandling: .exact(attempts: 9)),
            destinations: ["out": out])
        try await run(test) { engine, clock in
            try await clock.sleep(for: .seconds(2))
            let first = try #require(engine.snapshot(of: "f"))
            #expect(first.parked == 1)
            #expect(first.retries == 2)
            try engine.stop("f")
            try await clock.sleep(for: .seconds(1))
            #expect(engine.snapshot(of: "f")?.state.word == "stopped")
            #expect(source.released == [1])
            out.mend()
            try engine.start("f")
            #expect(engine.snapshot(of: "f")?.received == 0)
            #expect(engine.snapshot(of: "f")?.state.word == "running")
            try await clock.sleep(for: .seconds(1))
            let second = try #require(engine.snapshot(of: "f"))
            #expect(second.received == 1)
            #expect(second.sent == 1)
            #expect(second.retries == 0)
            #expect(second.parked == 0)
            #expect(second.inFlight == 0)
        }
        #expect(source.accepted.sorted() == [0, 1, 2, 3])
        expectProperlySettled(source)
    }

    @Test func `a flow that the brake stopped starts again with its brake released`() async throws {
        let source = MemorySource(numbers(8), batchSize: 1, redelivers: true)
        let step = FailingStep(with: IntegrationError(.testPermanent, "no")) { $0 < "3" }
        let test = FlowTest(
            Flow(
                name: "f", sources: [.init("in", source)], steps: [step], destination: "out",
                errorHandling: .exact(brake: Brake(failed: 2, of: 4)), lanes: 1))
        try await run(test) { engine, clock in
            #expect(engine.snapshot(of: "f")?.state.error?.code == .brakeFell)
            #expect(engine.snapshot(of: "f")?.dead == 2)
            // One failure is left: with the two of the first run it would fall at once.
            try engine.start("f")
            try await clock.sleep(for: .seconds(1))
            let second = try #require(engine.snapshot(of: "f"))
            #expect(second.state.word == "finished")
            #expect(second.dead == 1)
            #expect(second.sent == 5)
        }
        expectProperlySettled(source)
    }

    @Test func `a flow whose destination could not be opened starts when it is mended`() async throws {
        let out = RecordingDestination()
        out.failToOpen(with: IntegrationError(.testConnection, "refused"))
        let source = MemorySource(numbers(2))
        let test = FlowTest(
            Flow(name: "f", sources: [.init("in", source)], destination: "out"), destinations: ["out": out])
        try await run(test) { engine, clock in
            #expect(engine.snapshot(of: "f")?.state.error?.code == .testConnection)
            out.failToOpen(with: nil)
            try engine.start("f")
            try await clock.sleep(for: .seconds(1))
            #expect(engine.snapshot(of: "f")?.state.word == "finished")
        }
        #expect(out.bodies == numbers(2))
    }

    @Test func `a restart that can't open says so, and not how the run before ended`() async throws {
        let out = RecordingDestination()
        let test = FlowTest(
            Flow(name: "f", sources: [.init("in", MemorySource(numbers(2)))], destination: "out"),
            destinations: ["out": out])
        try await run(test) { engine, clock in
            #expect(engine.snapshot(of: "f")?.state.word == "finished")
            out.failToOpen(with: IntegrationError(.testConnection, "refused"))
            try engine.start("f")
            try await clock.sleep(for: .seconds(1))
            #expect(engine.snapshot(of: "f")?.state.error?.code == .testConnection)
            #expect(engine.snapshot(of: "f")?.sent == 0)
        }
    }

    @Test func `of two starts at once one is refused, and the flow runs once`() async throws {
        let source = MemorySource(numbers(4), staysOpen: true)
        let test = FlowTest(Flow(name: "f", sources: [.init("in", source)], destination: "out"))
        try await run(test) { engine, clock in
            try engine.stop("f")
            try await clock.sleep(for: .seconds(1))
            let refusals = await withTaskGroup(of: IntegrationError?.self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        do throws(IntegrationError) {
                            try engine.start("f")
                            return nil
                        } catch {
                            return error
                        }
                    }
                }
                return await group.reduce(into: [IntegrationError]()) { if let error = $1 { $0.append(error) } }
            }
            #expect(refusals.map(\.code) == [.flowExists])
            try await clock.sleep(for: .seconds(1))
            #expect(engine.snapshot(of: "f")?.state.word == "running")
        }
        expectProperlySettled(source)
    }
}
