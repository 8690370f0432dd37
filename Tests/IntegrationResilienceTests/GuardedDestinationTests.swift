import IntegrationCore
import IntegrationResilience
import IntegrationTesting
import Testing

@Suite("A guarded destination", .timeLimit(.minutes(1))) struct GuardedDestinationTests {
    private static let retry = RetryPolicy(maximumAttempts: 3, backoff: .exact)

    // MARK: Requests

    @Test func `messages that are requests of their own go one by one, as many at once as are allowed`() async throws {
        let out = RecordingDestination(duration: .seconds(1), requestUnit: .message)
        let guarding = EndpointGuard("api", GuardOptions(maximumConcurrent: 4))
        try await sending(to: out, by: guarding) { sender, clock in
            let report = try await sender.send(Batch((0..<10).map { "\($0)" }))
            #expect(report.refused.isEmpty)
            #expect(clock.now == .seconds(3))
        }
        #expect(out.mostSending == 4)
        #expect(Set(out.bodies) == Set((0..<10).map { "\($0)" }))
        #expect(Set(out.records.map(\.send)).count == 10)
        #expect(guarding.status(at: .zero).counts.requests == 10)
        #expect(guarding.status(at: .zero).inFlight == 0)
    }

    @Test func `a batch that is one request stays one, and only what was refused is sent again`() async throws {
        let out = RecordingDestination()
        out.refuse(times: 1, with: .server) { $0 == "b" }
        out.refuse(with: .wrong) { $0 == "c" }
        out.refuse(with: .server) { $0 == "d" }
        try await sending(to: out, by: EndpointGuard("api", GuardOptions(retry: Self.retry))) { sender, clock in
            let report = try await sender.send(Batch(["a", "b", "c", "d", "e"]))
            #expect(report.refused.map(\.index) == [2, 3])
            #expect(report.refused.map(\.error.code) == [.wrong, .server])
            #expect(clock.now == .seconds(3))
        }
        #expect(out.tries.map(\.text) == ["a", "b", "c", "d", "e", "b", "d", "d"])
        #expect(out.bodies == ["a", "e", "b"])
        #expect(out.records.map(\.id).map { $0 } == [0, 4, 1].map { MessageID(seed: 1, position: $0) })
    }

    @Test(arguments: [RequestUnit.batch, .message])
    func `the report names the messages as they were given`(unit: RequestUnit) async throws {
        let out = RecordingDestination(requestUnit: unit)
        out.refuse(with: .wrong) { Int($0).map { $0 % 3 == 1 } ?? false }
        try await sending(to: out, by: EndpointGuard("api", GuardOptions(maximumConcurrent: 3))) { sender, _ in
            let report = try await sender.send(Batch((0..<9).map { "\($0)" }))
            #expect(report.refused.map(\.index) == [1, 4, 7])
        }
    }

    @Test func `a batch is all or nothing only where it is one request that is`() async throws {
        for (unit, isAllOrNothing, expected) in [
            (RequestUnit.batch, true, true), (.batch, false, false), (.message, true, false),
        ] {
            let out = RecordingDestination(isAllOrNothing: isAllOrNothing, requestUnit: unit)
            try await sending(to: out, by: EndpointGuard("api")) { sender, _ in
                #expect(sender.isAllOrNothing == expected)
            }
        }
    }

    // MARK: Retries

    @Test func `what the flow would retry is retried before it hears of it, as often as is allowed`() async throws {
        let out = RecordingDestination()
        out.failNext(3, with: .server)
        let guarding = EndpointGuard("api", GuardOptions(retry: Self.retry))
        try await sending(to: out, by: guarding) { sender, clock in
            #expect(await failure { try await sender.send(Batch(["a"])) }?.code == .server)
            #expect(clock.now == .seconds(3))
            try await sender.expectAccepts(["b"])
        }
        #expect(out.tries.map(\.time) == [0, 1, 3, 3].map { .seconds($0) })
        #expect(guarding.status(at: .zero).counts.retries == 2)
        #expect(guarding.status(at: .zero).counts.failures == 3)
    }

    @Test func `Retry-After wins, and what no retry mends is not tried again`() async throws {
        let out = RecordingDestination()
        out.failNext(1, with: IntegrationError(.slowDown, "429", retryAfter: .seconds(20)))
        try await sending(to: out, by: EndpointGuard("api", GuardOptions(retry: Self.retry))) { sender, clock in
            _ = try await sender.send(Batch(["a"]))
            #expect(clock.now == .seconds(20))
            out.failNext(1, with: .wrong)
            #expect(await failure { try await sender.send(Batch(["b"])) }?.code == .wrong)
            #expect(clock.now == .seconds(20))
        }
    }

    @Test func `only the classes of retry_on are tried again`() async throws {
        let out = RecordingDestination()
        let policy = RetryPolicy(maximumAttempts: 2, backoff: .exact, retryOn: [.timeout, .rateLimited])
        try await sending(to: out, by: EndpointGuard("api", GuardOptions(retry: policy))) { sender, _ in
            out.failNext(1, with: .server)
            #expect(await failure { try await sender.send(Batch(["a"])) }?.code == .server)
            out.failNext(1, with: IntegrationError(.slowDown, "429"))
            try await sender.expectAccepts(["b"])
        }
        #expect(out.tries.map(\.text) == ["a", "b", "b"])
    }

    // MARK: Limits

    @Test(arguments: [RequestUnit.batch, .message])
    func `the rate limit counts requests`(unit: RequestUnit) async throws {
        let out = RecordingDestination(requestUnit: unit)
        let guarding = EndpointGuard("api", GuardOptions(rate: .init(perSecond: 2, burst: 3)))
        try await sending(to: out, by: guarding) { sender, _ in
            for _ in 0..<2 { _ = try await sender.send(Batch(["a", "b", "c", "d"])) }
        }
        let times = out.records.map { $0.time.milliseconds }
        #expect(times == (unit == .batch ? [0, 0, 0, 0, 0, 0, 0, 0] : [0, 0, 0, 500, 1000, 1500, 2000, 2500]))
    }

    @Test func `those who wait too long, or are too many, are told so`() async throws {
        let out = RecordingDestination(duration: .seconds(10))
        let guarding = EndpointGuard(
            "api", GuardOptions(maximumConcurrent: 1, maximumWaiting: 1, longestWait: .seconds(2)))
        try await sending(to: out, by: guarding) { sender, clock in
            async let first = sender.accepts(["a"])
            try await clock.sleep(for: .seconds(1))
            async let second = failure { try await sender.send(Batch(["b"])) }
            try await clock.sleep(for: .seconds(1))
            #expect(guarding.status(at: clock.now).waiting == 1)
            #expect(await failure { try await sender.send(Batch(["c"])) }?.code == .tooManyRequests)
            #expect(clock.now == .seconds(2))
            #expect(await second?.code == .tooManyRequests)
            #expect(clock.now == .seconds(3))
            #expect(try await first)
            #expect(guarding.status(at: clock.now).counts.turnedAway == 2)
        }
        #expect(out.bodies == ["a"])
    }

    @Test func `endpoints of one connector share its guard`() async throws {
        let first = RecordingDestination(duration: .seconds(1))
        let second = RecordingDestination(duration: .seconds(1))
        let guarding = EndpointGuard("api", GuardOptions(maximumConcurrent: 1))
        let clock = ManualClock()
        try await clock.run {
            try await GuardedDestination(first, by: guarding).withSender(in: .test(clock)) { one in
                try await GuardedDestination(second, by: guarding).withSender(in: .test(clock)) { two in
                    async let a = one.send(Batch(["a"]))
                    async let b = two.send(Batch(["b"]))
                    _ = try await (a, b)
                }
            }
        }
        #expect(clock.now == .seconds(2))
    }

    @Test func `the number of requests at once follows the other system, within its range`() async throws {
        let out = RecordingDestination(duration: .milliseconds(50), requestUnit: .message)
        let guarding = EndpointGuard("api", GuardOptions(maximumConcurrent: 20, adaptive: 2...20))
        try await sending(to: out, by: guarding) { sender, _ in
            _ = try await sender.send(Batch((0..<40).map { "\($0)" }))
            #expect(out.mostSending == 3)
            for _ in 0..<60 { _ = try await sender.send(Batch((0..<40).map { "\($0)" })) }
        }
        #expect(out.mostSending == 20)
        #expect(guarding.status(at: .zero).isAdaptive)
        #expect(guarding.status(at: .zero).limit == 20)
    }

    // MARK: Timeouts

    @Test func `the caller goes on at the deadline, and the permit stays until the call has ended`() async throws {
        let out = StubbornDestination()
        let guarding = EndpointGuard("api", GuardOptions(timeout: .seconds(5), maximumConcurrent: 1))
        try await sending(to: out, by: guarding) { sender, clock in
            #expect(await failure { try await sender.send(Batch(["a"])) }?.code == .answerTimedOut)
            #expect(clock.now == .milliseconds(5100))
            #expect(guarding.status(at: clock.now).inFlight == 1)
            #expect(guarding.status(at: clock.now).counts.timeouts == 1)
            async let second = failure { try await sender.send(Batch(["b"])) }
            try await clock.sleep(until: .seconds(100))
            #expect(guarding.status(at: clock.now).waiting == 1)
            out.endCalls()
            // It waited for the permit until 100 s, and then five seconds and a moment for its answer.
            #expect(await second?.code == .answerTimedOut)
            #expect(clock.now == .milliseconds(105_100))
            out.endCalls()
        }
        #expect(out.ended == ["a", "b"])
        #expect(guarding.status(at: .zero).inFlight == 0)
    }

    @Test func `a call that ends when it is cancelled gives its permit back at the deadline`() async throws {
        let out = RecordingDestination(duration: .seconds(100))
        let guarding = EndpointGuard("api", GuardOptions(timeout: .seconds(5), maximumConcurrent: 1))
        try await sending(to: out, by: guarding) { sender, clock in
            #expect(await failure { try await sender.send(Batch(["a"])) }?.code == .answerTimedOut)
            await clock.idle()
            #expect(guarding.status(at: clock.now).inFlight == 0)
            #expect(clock.now == .milliseconds(5100))
        }
    }

    // MARK: Cancellation

    @Test func `who is cancelled leaves the line and takes nothing with him`() async throws {
        let out = RecordingDestination(duration: .seconds(10))
        let guarding = EndpointGuard("api", GuardOptions(rate: .init(perSecond: 1), maximumConcurrent: 1))
        try await sending(to: out, by: guarding) { sender, clock in
            async let first = sender.send(Batch(["a"]))
            try await clock.sleep(for: .seconds(1))
            await withTaskGroup(of: Void.self) { group in
                group.addTask { _ = await failure { try await sender.send(Batch(["b"])) } }
                try? await clock.sleep(for: .seconds(1))
                #expect(guarding.status(at: clock.now).waiting == 1)
                group.cancelAll()
            }
            #expect(clock.now == .seconds(2))
            #expect(guarding.status(at: clock.now).waiting == 0)
            #expect(guarding.status(at: clock.now).tokens == 1)
            _ = try await first
        }
        #expect(out.bodies == ["a"])
    }

    @Test func `a call whose caller is cancelled is cancelled, and says nothing about the other system`() async throws {
        let out = RecordingDestination(duration: .seconds(10))
        let guarding = EndpointGuard("api", GuardOptions(breaker: .exact))
        try await sending(to: out, by: guarding) { sender, clock in
            for _ in 0..<8 {
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { _ = await failure { try await sender.send(Batch(["a"])) } }
                    try? await clock.sleep(for: .seconds(1))
                    group.cancelAll()
                }
            }
            #expect(clock.now == .seconds(8))
        }
        #expect(guarding.status(at: .zero).breaker == .closed)
        #expect(guarding.status(at: .zero).inFlight == 0)
        #expect(out.tries.isEmpty)
    }
}
