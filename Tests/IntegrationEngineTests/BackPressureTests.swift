import IntegrationCore
import IntegrationEngine
import IntegrationTesting
import Testing

@Suite("Back-pressure", .timeLimit(.minutes(1))) struct BackPressureTests {
    @Test func `a flow that is full by count does not read its source`() async throws {
        let source = MemorySource(numbers(100), batchSize: 2)
        let out = RecordingDestination()
        out.refuse(times: 1, with: IntegrationError(.testRate, "later", retryAfter: .seconds(100)))
        let test = FlowTest(
            Flow(
                name: "f", sources: [.init("in", source)], destination: "out", errorHandling: .exact(), lanes: 1,
                limits: InFlightLimits(messages: 8, bytes: 1 << 20)), destinations: ["out": out])
        let result = try await test.run { [clock = test.clock] engine in
            try await clock.sleep(for: .seconds(99))
            #expect(source.readCount == 8)
            #expect(engine.snapshots[0].inFlight == 8)
            #expect(engine.snapshots[0].parked == 8)
        }
        #expect(source.mostUnsettled <= 9)
        #expect(result.snapshot.sent == 100)
        #expect(result.snapshot.inFlight == 0)
        expectProperlySettled(source)
    }

    @Test func `a flow that is full by bytes does not read its source`() async throws {
        let body = String(repeating: "x", count: 1000)
        let source = MemorySource(Array(repeating: body, count: 50), batchSize: 1)
        let out = RecordingDestination()
        out.block()
        let test = FlowTest(
            Flow(
                name: "f", sources: [.init("in", source)], destination: "out", errorHandling: .exact(), lanes: 20,
                limits: InFlightLimits(messages: 1000, bytes: 5000)), destinations: ["out": out])
        let result = try await test.run { [clock = test.clock] _ in
            await clock.idle()
            #expect(source.readCount == 5)
            out.release()
            await clock.idle()
        }
        #expect(result.snapshot.sent == 50)
        #expect(result.snapshot.inFlight == 0)
    }

    @Test func `parked messages count by their bytes`() async throws {
        let body = String(repeating: "x", count: 1000)
        let source = MemorySource(Array(repeating: body, count: 50), batchSize: 1)
        let out = RecordingDestination()
        out.refuse(times: 1, with: IntegrationError(.testRate, "later", retryAfter: .seconds(100)))
        let test = FlowTest(
            Flow(
                name: "f", sources: [.init("in", source)], destination: "out", errorHandling: .exact(), lanes: 1,
                limits: InFlightLimits(messages: 1000, bytes: 9000)), destinations: ["out": out])
        let result = try await test.run { [clock = test.clock] _ in
            try await clock.sleep(for: .seconds(50))
            // 1,000 bytes that came in, 1,000 to send again, 256 for the rest.
            #expect(source.readCount == 4)
        }
        #expect(result.snapshot.sent == 50)
        #expect(result.snapshot.inFlight == 0)
        expectProperlySettled(source)
    }

    @Test func `a stuck destination holds as many deliveries as there are lanes`() async throws {
        let source = MemorySource(numbers(1000), batchSize: 5)
        let out = RecordingDestination()
        out.block()
        let test = FlowTest(
            Flow(name: "f", sources: [.init("in", source)], destination: "out", lanes: 3), destinations: ["out": out])
        _ = try await test.run { [clock = test.clock] _ in
            await clock.idle()
            #expect(source.readCount == 15)
            #expect(out.sending == 3)
            out.release()
        }
        #expect(source.accepted.count == 1000)
        #expect(source.mostUnsettled == 15)
    }

    @Test func `a lane that fails does not leave another waiting for room for ever`() async throws {
        let source = MemorySource(numbers(100), batchSize: 5)
        let out = RecordingDestination(duration: .seconds(1))
        out.refuse(with: IntegrationError(.testPermanent, "no"))
        let test = FlowTest(
            Flow(
                name: "f", sources: [.init("in", source)], destination: "out",
                errorHandling: .exact(exhausted: .stop), lanes: 4, limits: InFlightLimits(messages: 5, bytes: 1 << 20)),
            destinations: ["out": out])
        let result = try await test.run(patience: .seconds(2))
        #expect(result.snapshot.state.error?.code == .stoppedByFailure)
        expectProperlySettled(source)
    }

    @Test func `shutdown lets lanes go that wait for room`() async throws {
        let source = MemorySource(numbers(100), batchSize: 5)
        let out = RecordingDestination()
        out.refuse(with: IntegrationError(.testRate, "later", retryAfter: .seconds(1000)))
        let test = FlowTest(
            Flow(
                name: "f", sources: [.init("in", source)], destination: "out", errorHandling: .exact(), lanes: 3,
                limits: InFlightLimits(messages: 5, bytes: 1 << 20)), destinations: ["out": out])
        let result = try await test.run { [clock = test.clock] engine in
            try await clock.sleep(for: .seconds(10))
            engine.stop()
        }
        #expect(result.duration == .seconds(10))
        #expect(result.snapshot.inFlight == 0)
        #expect(source.released.count == source.readCount)
        expectProperlySettled(source)
    }
}
