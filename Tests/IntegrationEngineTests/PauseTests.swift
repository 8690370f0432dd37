import IntegrationCore
import IntegrationEngine
import IntegrationTesting
import Testing

@Suite("Pausing flows", .timeLimit(.minutes(1))) struct PauseTests {
    @Test func `a paused flow takes nothing in and goes on where it was when it is resumed`() async throws {
        let source = MemorySource(
            numbers(20), batchSize: 1, redelivers: true, staysOpen: true, interval: .seconds(1))
        let out = RecordingDestination()
        let test = FlowTest(
            Flow(name: "f", sources: [.init("in", source)], destination: "out", lanes: 1), destinations: ["out": out])
        try await test.runningEngine { engine, clock in
            try await clock.sleep(for: .seconds(5))
            let before = out.bodies.count
            #expect(before > 0)
            #expect(try engine.pause("f"))
            #expect(try !engine.pause("f"))
            #expect(engine.snapshot(of: "f")?.isPaused == true)
            #expect(engine.snapshot(of: "f")?.state.word == "running")
            try await clock.sleep(for: .seconds(60))
            #expect(out.bodies.count == before)
            #expect(try engine.resume("f"))
            try await clock.sleep(for: .seconds(60))
            #expect(engine.snapshot(of: "f")?.isPaused == false)
            #expect(out.bodies == numbers(20))
        }
        expectProperlySettled(source)
    }

    @Test func `what is parked when a flow is paused is tried again all the same`() async throws {
        let source = MemorySource(numbers(1), redelivers: true, staysOpen: true)
        let out = RecordingDestination()
        out.failNext(1)
        let test = FlowTest(
            Flow(
                name: "f", sources: [.init("in", source)], destination: "out", errorHandling: .exact(attempts: 9)),
            destinations: ["out": out])
        try await test.runningEngine { engine, clock in
            try await clock.sleep(for: .milliseconds(10))
            #expect(engine.snapshot(of: "f")?.parked == 1)
            try engine.pause("f")
            try await clock.sleep(for: .seconds(120))
            #expect(out.bodies == numbers(1))
        }
        expectProperlySettled(source)
    }

    @Test func `a paused flow stops at once, gives back what was held, and runs unpaused when it is started`()
        async throws
    {
        let source = MemorySource(
            numbers(3), batchSize: 1, redelivers: true, staysOpen: true, interval: .seconds(1))
        let out = RecordingDestination()
        let test = FlowTest(
            Flow(name: "f", sources: [.init("in", source)], destination: "out", lanes: 1), destinations: ["out": out])
        try await test.runningEngine { engine, clock in
            try engine.pause("f")
            try await clock.sleep(for: .seconds(10))
            try engine.stop("f")
            #expect(await engine.waitUntilEnded(["f"], atMost: .seconds(1)).isEmpty)
            #expect(engine.snapshot(of: "f")?.isPaused == false)
            #expect(throws: IntegrationError.self) { try engine.pause("f") }
            try engine.start("f")
            try await clock.sleep(for: .seconds(10))
            #expect(out.bodies.sorted() == numbers(3))
        }
        expectProperlySettled(source)
    }

    @Test func `pausing what does not exist is an error that names it`() async throws {
        let test = FlowTest(Flow(name: "f", sources: [.init("in", MemorySource(numbers(1)))], destination: "out"))
        try await test.runningEngine { engine, _ in
            let error = #expect(throws: IntegrationError.self) { try engine.pause("g") }
            #expect(error?.code == .flowUnknown)
            #expect(error?.message == "there is no flow named `g`")
        }
    }
}
