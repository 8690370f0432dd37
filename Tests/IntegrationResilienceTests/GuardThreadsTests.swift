import IntegrationCore
import IntegrationResilience
import Logging
import Synchronization
import Testing

/// A destination that yields for a while, and counts how many of its calls are under way.
private final class BusyDestination: Destination {
    private struct State {
        var sending = 0
        var mostSending = 0
        var calls = 0
    }

    private let state = Mutex(State())

    var mostSending: Int { state.withLock { $0.mostSending } }
    var calls: Int { state.withLock { $0.calls } }

    func withSender<R: Sendable>(
        in context: FlowContext, _ body: (any Sender) async throws -> R
    ) async throws -> R { try await body(BusySender(destination: self)) }

    private struct BusySender: Sender {
        let destination: BusyDestination
        var requestUnit: RequestUnit { .message }

        func send(_ batch: Batch) async throws(IntegrationError) -> SendReport {
            let call = destination.state.withLock { state in
                state.sending += 1
                state.calls += 1
                state.mostSending = max(state.mostSending, state.sending)
                return state.calls
            }
            defer { destination.state.withLock { $0.sending -= 1 } }
            for _ in 0..<call % 7 { await Task.yield() }
            if call % 11 == 0 { throw IntegrationError(.slowDown, "429") }
            if call % 13 == 0 { throw .wrong }
            return .accepted
        }
    }
}

@Suite("A guard on many threads", .timeLimit(.minutes(1))) struct GuardThreadsTests {
    @Test func `nobody is forgotten in the line, no permit is lost, and never more go on than may`() async throws {
        let out = BusyDestination()
        let guarding = EndpointGuard(
            "api",
            GuardOptions(
                retry: RetryPolicy(
                    maximumAttempts: 2, backoff: Backoff(initial: .microseconds(1), maximum: .microseconds(1))),
                rate: .init(perSecond: 1_000_000, burst: 10), maximumConcurrent: 5))
        let context = FlowContext(
            flow: "test", logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, clock: SystemClock())
        let answered = Atomic(0)
        try await GuardedDestination(out, by: guarding).withSender(in: context) { sender in
            await withTaskGroup(of: Int.self) { group in
                for lane in 0..<16 {
                    group.addTask {
                        var done = 0
                        for round in 0..<20 {
                            let texts = (0..<10).map { "\(lane)/\(round)/\($0)" }
                            let isCut = (lane + round) % 5 == 0
                            await withTaskGroup(of: Void.self) { inner in
                                inner.addTask { _ = await failure { try await sender.send(Batch(texts)) } }
                                if isCut { inner.cancelAll() }
                            }
                            done += 1
                        }
                        return done
                    }
                }
                for await done in group { answered.add(done, ordering: .relaxed) }
            }
        }
        #expect(answered.load(ordering: .relaxed) == 320)
        #expect(out.mostSending <= 5)
        #expect(out.calls >= 256 * 10)
        let status = guarding.status(at: .zero)
        #expect(status.inFlight == 0)
        #expect(status.waiting == 0)
        #expect(status.counts.requests == out.calls)
    }
}
