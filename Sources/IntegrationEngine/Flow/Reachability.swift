internal import IntegrationCore
internal import IntegrationResilience
internal import Logging
internal import Synchronization

/// Whether one destination of a flow, or what one of its steps asks, can be reached.
///
/// What can't be reached is asked again by one batch at a time; meanwhile the messages wait, and lose no try.
final class Reachability: Sendable {
    private let name: String
    /// Opens only where nothing can be reached: what else goes wrong is a matter of the messages.
    private let breaker = Mutex(CircuitBreaker())
    private let changed = Wakeup()

    /// - Parameter name: of the destination or the step.
    init(_ name: String) { self.name = name }

    /// How long others have for finding out whether it is back.
    private static let patience = Duration.seconds(30)

    /// Returns when it may be asked, or when the flow is told to stop.
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

    /// What became of a batch.
    struct Answer {
        var report: SendReport
        /// Until when the destination is closed off, for messages that were refused because it can't be reached.
        var heldOff: Duration?

        /// - Parameter error: of a message that was refused.
        func heldOff(_ error: IntegrationError) -> Duration? {
            error.code.retryClass == .connection ? heldOff : nil
        }
    }

    /// Sends a batch, unless the destination is closed off.
    ///
    /// - Throws: why the whole batch was refused, where the destination could be reached.
    func send(
        _ batch: Batch, to sender: any Sender, in context: FlowContext
    ) async throws(IntegrationError) -> Answer {
        let pass: CircuitBreaker.Pass
        switch await admit(in: context) {
        case .go(let leave): pass = leave
        case .wait(let until, _):
            return Answer(report: SendReport(refusing: batch, closedOff), heldOff: until)
        }
        do throws(IntegrationError) {
            let report = try await sender.send(batch)
            let unreachable = report.refused.first { $0.error.code.retryClass == .connection }?.error
            return Answer(report: report, heldOff: record(unreachable, of: pass, in: context))
        } catch {
            guard error.code.retryClass == .connection else {
                _ = record(nil, of: pass, in: context)
                throw error
            }
            return Answer(report: SendReport(refusing: batch, error), heldOff: record(error, of: pass, in: context))
        }
    }

    /// Runs a step over a batch, unless what it asks is closed off.
    ///
    /// - Returns: the messages that failed; those that failed because nothing could be reached are held off.
    func run(_ step: any AsyncStep, over batch: inout Batch, in context: FlowContext) async -> [FailedMessage] {
        let earlier = batch.takeFailures()
        var pass: CircuitBreaker.Pass?
        var heldOff: Duration?
        switch await admit(in: context) {
        case .go(let leave):
            pass = leave
            do throws(IntegrationError) {
                try await step.process(&batch, in: context)
            } catch {
                batch.failAll(name, error)
            }
        case .wait(let until, _):
            heldOff = until
            batch.failAll(name, closedOff)
        }
        var failures = batch.takeFailures()
        if let pass {
            let unreachable = failures.first { $0.error.code.retryClass == .connection }?.error
            heldOff = record(unreachable, of: pass, in: context)
        }
        for index in failures.indices where failures[index].error.code.retryClass == .connection {
            failures[index].heldOff = heldOff
        }
        return earlier + failures
    }

    private var closedOff: IntegrationError {
        IntegrationError(
            .destinationClosedOff, "`\(name)` could not be reached and is asked again later", component: name)
    }

    /// What is wrong in a few words; nil where it can be reached.
    func trouble(at now: Duration) -> String? {
        switch breaker.withLock({ $0.phase }) {
        case .closed: nil
        case .open(let until) where until > now:
            "\(name) circuit open, next try in \(Int((until - now).seconds.rounded(.up))) s"
        case .open, .halfOpen: "\(name) circuit half open"
        }
    }

    /// Waits for one who is finding out whether it is back.
    private func admit(in context: FlowContext) async -> CircuitBreaker.Admission {
        while true {
            let seen = changed.count
            let admission = breaker.withLock { $0.admit(at: context.clock.now) }
            guard case .wait(let until, isProbed: true) = admission else { return admission }
            do {
                try await changed.wait(after: seen, until: until, clock: context.clock)
            } catch {
                return admission  // cancelled
            }
        }
    }

    /// Notes whether it could be reached; returns until when it is closed off where it could not.
    private func record(
        _ unreachable: IntegrationError?, of pass: CircuitBreaker.Pass, in context: FlowContext
    ) -> Duration? {
        var random = context.random
        let now = context.clock.now
        // What is cut off says nothing about the other side.
        let outcome: CircuitBreaker.Outcome =
            Task.isCancelled ? .ignored : unreachable == nil ? .success : .unreachable
        let (change, openings, wait) = breaker.withLock { breaker in
            let change = breaker.record(
                outcome, of: pass, at: now, retryAfter: unreachable?.retryAfter, using: &random)
            return (change, breaker.openings, breaker.wait(at: now))
        }
        if change != nil || pass.isProbe { changed.wake() }
        switch change {
        case .closed: context.logger.notice("can be reached again", metadata: ["name": "\(name)"])
        case .opened where openings == 1:
            context.logger.error(
                "can't be reached; messages for it wait",
                metadata: [
                    "name": "\(name)", "code": "\(unreachable?.code.id ?? "")",
                    "error": "\(unreachable?.message ?? "")",
                ])
        case .opened, nil: break
        }
        return unreachable == nil ? nil : wait ?? now
    }
}

extension SendReport {
    /// All messages of a batch refused for the same reason.
    fileprivate init(refusing batch: Batch, _ error: IntegrationError) {
        self.init(refused: batch.messages.indices.map { ($0, error) })
    }
}
