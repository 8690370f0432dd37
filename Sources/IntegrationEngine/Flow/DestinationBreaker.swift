internal import IntegrationCore
internal import IntegrationResilience
internal import Logging
internal import Synchronization

/// The breaker before one destination of a flow.
///
/// A destination that can't be reached is asked again by one batch at a time; meanwhile its messages wait.
final class DestinationBreaker: Sendable {
    private let name: String
    private let breaker = Mutex(CircuitBreaker())
    private let changed = Wakeup()

    init(_ name: String) { self.name = name }

    /// How long others have for finding out whether the destination is back.
    private static let patience = Duration.seconds(30)

    /// Returns when the destination may be asked, or when the flow is told to stop.
    ///
    /// - Parameter leavesProbing: whether others are to find out whether it is back; if nobody does, it returns some
    ///   time later.
    func waitUntilOpen(leavesProbing: Bool, in context: FlowContext) async {
        let patience = leavesProbing ? Self.patience : .zero
        while !context.shutdown.isSignalled, !Task.isCancelled {
            let seen = changed.count
            let now = context.clock.now
            guard let until = breaker.withLock({ $0.wait(at: now - patience) }).map({ $0 + patience }) else { return }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { _ = await context.pause(until: until) }
                group.addTask { [changed] in await changed.wait(after: seen) }
                await group.next()
                group.cancelAll()
            }
        }
    }

    /// Sends a batch, unless the destination is closed off.
    ///
    /// - Returns: until when it is closed off where it can't be reached, with the reason.
    func send(
        _ batch: Batch, to sender: any Sender, in context: FlowContext
    ) async throws(IntegrationError) -> (report: SendReport, heldOff: Duration?, reason: IntegrationError?) {
        if let until = await admit(in: context) {
            let reason = IntegrationError(
                .destinationClosedOff, "`\(name)` could not be reached and is asked again later", component: name)
            return (.accepted, until, reason)
        }
        do throws(IntegrationError) {
            let report = try await sender.send(batch)
            answered(in: context)
            return (report, nil, nil)
        } catch {
            guard error.code.retryClass == .connection else {
                answered(in: context)
                throw error
            }
            var random = context.random
            let (until, failures) = breaker.withLock { breaker in
                (breaker.failed(at: context.clock.now, retryAfter: error.retryAfter, using: &random), breaker.failures)
            }
            changed.wake()
            if failures == 1 {
                context.logger.error(
                    "a destination can't be reached; its messages wait",
                    metadata: ["destination": "\(name)", "code": "\(error.code)", "error": "\(error.message)"])
            }
            return (.accepted, until, error)
        }
    }

    /// Waits for one who is finding out whether the destination is back.
    ///
    /// - Returns: until when it is closed off; nil where it may be asked now.
    private func admit(in context: FlowContext) async -> Duration? {
        while true {
            let seen = changed.count
            let (admission, isProbed) = breaker.withLock { ($0.admit(at: context.clock.now), $0.isHalfOpen) }
            guard case .wait(let until) = admission else { return nil }
            guard isProbed else { return until }
            do {
                try await changed.wait(after: seen, until: until, clock: context.clock)
            } catch {
                return until  // cancelled
            }
        }
    }

    private func answered(in context: FlowContext) {
        guard breaker.withLock({ $0.succeeded() }) else { return }
        changed.wake()
        context.logger.notice("a destination can be reached again", metadata: ["destination": "\(name)"])
    }
}
