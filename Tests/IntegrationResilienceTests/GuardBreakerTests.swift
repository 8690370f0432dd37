import IntegrationCore
import IntegrationResilience
import IntegrationTesting
import Testing

@Suite("The breaker of a guard", .timeLimit(.minutes(1))) struct GuardBreakerTests {
    @Test func `a system that can't be reached is not asked again before its time, and then by one request`()
        async throws
    {
        let out = RecordingDestination(duration: .milliseconds(100), requestUnit: .message)
        out.failNext(2, with: .refused)
        let guarding = EndpointGuard("api", GuardOptions(maximumConcurrent: 1, breaker: .exact))
        try await sending(to: out, by: guarding) { sender, clock in
            // The first one finds out, and the others are not tried.
            let first = try await sender.send(Batch(["a", "b", "c"]))
            #expect(first.refused.map(\.error.code) == [.refused, .destinationClosedOff, .destinationClosedOff])
            #expect(first.refused[2].error.retryAfter == .seconds(1))
            #expect(first.refused[2].error.causes == ["refused"])
            #expect(first.refused.allSatisfy { $0.error.code.retryClass == .connection })
            #expect(guarding.status(at: clock.now).breaker == .open(nextTryIn: .seconds(1)))
            #expect(guarding.status(at: clock.now).trouble == "api circuit open, next try in 1 s")
            try await clock.sleep(until: .milliseconds(1100))
            // The probe fails: two seconds now.
            #expect(await failure { try await sender.send(Batch(["d"])) }?.code == .refused)
            #expect(await failure { try await sender.send(Batch(["e"])) }?.retryAfter == .seconds(2))
            try await clock.sleep(until: .milliseconds(3200))
            try await sender.expectAccepts(["f", "g"])
        }
        #expect(out.tries.map(\.text) == ["a", "d", "f", "g"])
        #expect(guarding.status(at: .zero).counts.closedOff == 3)
        #expect(guarding.status(at: .zero).counts.openings == 2)
    }

    @Test func `while one request finds out whether the system is back, others wait for it`() async throws {
        let out = RecordingDestination(duration: .milliseconds(100), requestUnit: .message)
        out.failNext(1, with: .refused)
        let guarding = EndpointGuard("api", GuardOptions(maximumConcurrent: 8, breaker: .exact))
        try await sending(to: out, by: guarding) { sender, clock in
            #expect(await failure { try await sender.send(Batch(["a"])) }?.code == .refused)
            try await clock.sleep(until: .milliseconds(1100))
            try await sender.expectAccepts((0..<8).map { "\($0)" })
        }
        #expect(out.records.map { $0.time.milliseconds } == [1200] + Array(repeating: 1300, count: 7))
    }

    @Test func `it opens when too many requests failed, and a try that it refuses says why the one before failed`()
        async throws
    {
        let out = RecordingDestination()
        out.failNext(1000, with: .server)
        let guarding = EndpointGuard(
            "api", GuardOptions(retry: RetryPolicy(maximumAttempts: 6, backoff: .exact), breaker: .exact))
        try await sending(to: out, by: guarding) { sender, clock in
            // The fourth try opens it; the fifth and sixth, at 15 s and 31 s, are a refusal and a probe.
            #expect(await failure { try await sender.send(Batch(["a"])) }?.code == .server)
            #expect(clock.now == .seconds(31))
            let closedOff = await failure { try await sender.send(Batch(["b"])) }
            #expect(closedOff?.code == .destinationClosedOff)
            #expect(closedOff?.retryAfter == .seconds(20))
        }
        #expect(out.tries.map(\.time) == [0, 1, 3, 7, 31].map { .seconds($0) })
    }

    @Test func `requests that asked us to slow down, and messages that are wrong, do not open it`() async throws {
        let out = RecordingDestination()
        out.failNext(20, with: IntegrationError(.slowDown, "429"))
        out.failNext(20, with: .wrong)
        let guarding = EndpointGuard("api", GuardOptions(breaker: .exact))
        try await sending(to: out, by: guarding) { sender, _ in
            for _ in 0..<40 { _ = await failure { try await sender.send(Batch(["a"])) } }
        }
        #expect(guarding.status(at: .zero).breaker == .closed)
        #expect(out.tries.count == 40)
    }

    @Test func `a probe whose time is up opens it again`() async throws {
        let out = RecordingDestination(duration: .seconds(100))
        let guarding = EndpointGuard("api", GuardOptions(timeout: .seconds(5), breaker: .exact))
        try await sending(to: out, by: guarding) { sender, clock in
            for _ in 0..<4 { _ = await failure { try await sender.send(Batch(["a"])) } }
            #expect(guarding.status(at: clock.now).breaker == .open(nextTryIn: .seconds(10)))
            try await clock.sleep(for: .seconds(10))
            #expect(await failure { try await sender.send(Batch(["b"])) }?.code == .answerTimedOut)
            #expect(guarding.status(at: clock.now).breaker == .open(nextTryIn: .seconds(20)))
        }
    }
}
