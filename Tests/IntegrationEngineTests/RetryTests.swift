import IntegrationCore
import IntegrationEngine
import IntegrationResilience
import IntegrationTesting
import Synchronization
import Testing

@Suite("Retries", .timeLimit(.minutes(1))) struct RetryTests {
    /// When a single message that is always refused is tried.
    func times(_ handling: ErrorHandling, error: IntegrationError, seed: UInt64 = 1) async throws -> [Duration] {
        let source = MemorySource(["m"])
        let out = RecordingDestination()
        out.refuse(with: error)
        let test = FlowTest(
            Flow(name: "f", sources: [.init("in", source)], destination: "out", errorHandling: handling),
            destinations: ["out": out], seed: seed)
        let result = try await test.run()
        #expect(result.deadLetters.map(\.attempts) == [out.tries.count])
        expectProperlySettled(source)
        return out.tries.map(\.time)
    }

    @Test(arguments: 1...6)
    func `max_attempts counts all tries`(_ attempts: Int) async throws {
        let times = try await times(.exact(attempts: attempts), error: RecordingDestination.failure)
        #expect(times.count == attempts)
    }

    @Test func `exponential tries come exactly when they are due`() async throws {
        let times = try await times(.exact(attempts: 8), error: RecordingDestination.failure)
        #expect(times == [0, 1, 3, 7, 15, 31, 63, 123].map { Duration.seconds($0) })
    }

    @Test func `linear tries come exactly when they are due`() async throws {
        let backoff = Backoff(
            initial: .seconds(1), maximum: .seconds(6), growth: .linear(step: .seconds(2)), jitter: .none)
        let handling = ErrorHandling(maximumAttempts: 6, backoff: backoff)
        let times = try await times(handling, error: RecordingDestination.failure)
        #expect(times == [0, 1, 4, 9, 15, 21].map { Duration.seconds($0) })
    }

    @Test(arguments: [Backoff.Jitter.full, .ratio(0.25)])
    func `tries with jitter come when the seed says`(_ jitter: Backoff.Jitter) async throws {
        let backoff = Backoff(initial: .seconds(1), maximum: .seconds(10), jitter: jitter)
        let handling = ErrorHandling(maximumAttempts: 7, backoff: backoff)
        let times = try await times(handling, error: RecordingDestination.failure, seed: 42)
        var random = RandomSource(seed: 42)
        var expected: [Duration] = [.zero]
        for failures in 1...6 {
            expected.append(expected[failures - 1] + backoff.wait(after: failures, using: &random))
        }
        #expect(times == expected)
    }

    @Test func `Retry-After wins over the backoff`() async throws {
        let error = IntegrationError(.testRate, "slow down", retryAfter: .seconds(45))
        #expect(try await times(.exact(), error: error) == [0, 45, 90].map { Duration.seconds($0) })
    }

    @Test func `Retry-After is capped`() async throws {
        let error = IntegrationError(.testRate, "slow down", retryAfter: .seconds(86_400))
        #expect(try await times(.exact(attempts: 2), error: error) == [.zero, .seconds(3600)])
    }

    @Test func `permanent errors are not tried again`() async throws {
        let error = IntegrationError(.testPermanent, "no", retryAfter: .seconds(1))
        #expect(try await times(.exact(attempts: 9), error: error) == [.zero])
    }

    @Test(arguments: [
        (ErrorCode.testServer, ErrorHandling.RetryOn.serverError), (.testTimeout, .timeout),
        (.testCut, .connection), (.testRate, .rateLimited),
    ])
    func `only the classes of retry_on are tried again`(_ code: ErrorCode, _ kind: ErrorHandling.RetryOn) async throws {
        let error = IntegrationError(code, "no")
        for set in [[kind], [.any], Set(ErrorHandling.RetryOn.allCases).subtracting([kind, .any]), []] {
            let handling = ErrorHandling(maximumAttempts: 2, backoff: .exact, retryOn: set)
            #expect(try await times(handling, error: error).count == (set.isDisjoint(with: [kind, .any]) ? 1 : 2))
        }
    }

    @Test func `a message is through as soon as a try succeeds`() async throws {
        let source = MemorySource(numbers(5))
        let out = RecordingDestination()
        out.refuse(times: 2) { $0 == "3" }
        let test = FlowTest(
            Flow(name: "f", sources: [.init("in", source)], destination: "out", errorHandling: .exact()),
            destinations: ["out": out])
        let result = try await test.run()
        #expect(out.bodies == ["0", "1", "2", "4", "3"])
        #expect(result.deadLetters.isEmpty)
        #expect(result.snapshot.retries == 2)
        #expect(result.duration == .seconds(3))
        expectProperlySettled(source)
    }

    @Test func `a delivery stays unsettled until its last retry is done`() async throws {
        let source = MemorySource(numbers(4), batchSize: 4)
        let out = RecordingDestination()
        out.refuse(times: 1) { $0 == "1" }
        out.refuse(times: 2) { $0 == "2" }
        let test = FlowTest(
            Flow(name: "f", sources: [.init("in", source)], destination: "out", errorHandling: .exact()),
            destinations: ["out": out])
        _ = try await test.run { [clock = test.clock] _ in
            try await clock.sleep(for: .seconds(2))
            #expect(out.bodies == ["0", "3", "1"])
            #expect(source.settlings.isEmpty)
        }
        #expect(source.settlings.map(\.time) == Array(repeating: .seconds(3), count: 4))
        #expect(source.accepted == [0, 1, 2, 3])
        expectProperlySettled(source)
    }

    @Test func `a retry resumes at the destination that failed, and nowhere else`() async throws {
        let source = MemorySource(numbers(6))
        let good = RecordingDestination()
        let bad = RecordingDestination()
        bad.failNext(2)
        let seen = FailingStep(times: 0)
        let test = FlowTest(
            Flow(
                name: "f", sources: [.init("in", source)],
                steps: [seen, RouteTo(["good", "bad"]) { (Int($0) ?? 0).isMultiple(of: 2) ? "good" : "bad" }],
                errorHandling: .exact()),
            destinations: ["good": good, "bad": bad])
        _ = try await test.run()
        #expect(good.tries.map(\.text) == ["0", "2", "4"])
        #expect(bad.bodies == ["1", "3", "5"])
        #expect(bad.tries.count == 9)
        #expect(seen.texts == numbers(6))
        expectProperlySettled(source)
    }

    @Test func `a retry at a destination sends the bytes that were made for it`() async throws {
        let out = RecordingDestination()
        out.failNext(1)
        let change = StepFunction("change") { message, arena throws(IntegrationError) in
            message.replaceBody(with: message.text(in: arena) + "!", in: arena)
            return .keep
        }
        let test = FlowTest(
            Flow(
                name: "f", sources: [.init("in", MemorySource(["a", "b"]))], steps: [change], destination: "out",
                errorHandling: .exact()),
            destinations: ["out": out])
        _ = try await test.run()
        #expect(out.bodies == ["a!", "b!"])
    }

    @Test(arguments: [Ordering.none, .source])
    func `a retry of a step runs from the original bytes`(_ ordering: Ordering) async throws {
        let change = StepFunction("change") { message, arena throws(IntegrationError) in
            message.replaceBody(with: message.text(in: arena) + "!", in: arena)
            return .keep
        }
        let failing = FailingStep(times: 2)
        let test = FlowTest(
            Flow(
                name: "f", sources: [.init("in", MemorySource(["a"]))], steps: [change, failing], destination: "out",
                errorHandling: .exact(), ordering: ordering))
        let result = try await test.run()
        #expect(failing.texts == ["a!", "a!", "a!"])
        #expect(result.outputs["out"] == ["a!"])
    }

    @Test func `failed messages reach neither the next step nor a destination`() async throws {
        let source = MemorySource(numbers(10))
        let first = FailingStep("first", with: IntegrationError(.testPermanent, "no")) { $0 == "3" || $0 == "7" }
        let second = FailingStep("second", times: 0)
        let test = FlowTest(
            Flow(name: "f", sources: [.init("in", source)], steps: [first, second], destination: "out"))
        let result = try await test.run()
        let rest = numbers(10).filter { $0 != "3" && $0 != "7" }
        #expect(second.texts == rest)
        #expect(result.outputs["out"] == rest)
        #expect(result.deadLetters.map(\.original) == [Array("3".utf8), Array("7".utf8)])
        expectProperlySettled(source)
    }

    @Test func `retries of other messages go on while one waits long`() async throws {
        let out = RecordingDestination()
        out.refuse(times: 1, with: IntegrationError(.testRate, "later", retryAfter: .seconds(600))) { $0 == "0" }
        out.refuse(times: 1) { $0 == "1" }
        let test = FlowTest(
            Flow(
                name: "f", sources: [.init("in", MemorySource(numbers(2)))], destination: "out", errorHandling: .exact()
            ),
            destinations: ["out": out])
        _ = try await test.run()
        #expect(out.records.map(\.time) == [.seconds(1), .seconds(600)])
    }

    @Test func `latency of a retried message counts from its receipt`() async throws {
        let out = RecordingDestination()
        out.refuse(times: 2)
        let test = FlowTest(
            Flow(name: "f", sources: [.init("in", MemorySource(["a"]))], destination: "out", errorHandling: .exact()),
            destinations: ["out": out])
        let result = try await test.run()
        #expect(abs(Int(result.snapshot.latency.p50) - 3_000_000) < 50_000)
    }
}
