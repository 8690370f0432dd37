internal import IntegrationCore
internal import IntegrationEngine
internal import Synchronization

/// The connections that are open, and the requests that are being answered.
final class Traffic: Sendable {
    private struct State {
        var connections = 0
        var requests = 0
    }

    private let state = Mutex(State())
    private let changes = Wakeup()

    var open: Int { state.withLock { $0.connections } }

    func connected(_ isOpen: Bool) { state.withLock { $0.connections += isOpen ? 1 : -1 } }

    func answering(_ begins: Bool) {
        state.withLock { $0.requests += begins ? 1 : -1 }
        changes.wake()
    }

    /// Returns when no request is being answered, or when `limit` has passed.
    func waitForNone(atMost limit: Duration, clock: any TimeSource) async {
        let deadline = clock.now + limit
        while true {
            let count = changes.count
            if state.withLock({ $0.requests }) == 0 || clock.now >= deadline { return }
            do {
                try await changes.wait(after: count, until: deadline, clock: clock)
            } catch {
                return
            }
        }
    }
}
