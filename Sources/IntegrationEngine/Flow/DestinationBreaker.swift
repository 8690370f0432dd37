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

    /// Until when the destination is closed off; nil where it may be asked.
    func wait(at now: Duration) -> Duration? { breaker.withLock { $0.wait(at: now) } }

    /// Returns when the destination may be asked, or when the flow is told to stop.
    func waitUntilOpen(in context: FlowContext) async {
        while !context.shutdown.isSignalled, !Task.isCancelled {
            let seen = changed.count
            guard let until = wait(at: context.clock.now) else { return }
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
        if case .wait(let until) = breaker.withLock({ $0.admit(at: context.clock.now) }) {
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

    private func answered(in context: FlowContext) {
        guard breaker.withLock({ $0.succeeded() }) else { return }
        changed.wake()
        context.logger.notice("a destination can be reached again", metadata: ["destination": "\(name)"])
    }
}
