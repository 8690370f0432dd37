internal import IntegrationCore
internal import Synchronization

/// Counts what a flow has taken in and not settled, and holds lanes back while it is too much.
final class InFlight: Sendable {
    private struct State {
        var messages = 0
        var bytes = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let limits: InFlightLimits

    init(_ limits: InFlightLimits) { self.limits = limits }

    var messages: Int { state.withLock { $0.messages } }

    /// Returns when there is room. Room is counted before a delivery is asked for, so lanes overshoot by a delivery each.
    func waitForRoom() async {
        guard state.withLock({ !hasRoom($0) }) else { return }
        await withCheckedContinuation { continuation in
            let resumeNow = state.withLock { state in
                if hasRoom(state) { return true }
                state.waiters.append(continuation)
                return false
            }
            if resumeNow { continuation.resume() }
        }
    }

    private func hasRoom(_ state: State) -> Bool {
        state.messages < limits.messages && state.bytes < limits.bytes
    }

    func add(messages: Int, bytes: Int) {
        state.withLock {
            $0.messages += messages
            $0.bytes += bytes
        }
    }

    func remove(messages: Int, bytes: Int) {
        let waiters = state.withLock { state in
            state.messages -= messages
            state.bytes -= bytes
            guard hasRoom(state) else { return [CheckedContinuation<Void, Never>]() }
            defer { state.waiters.removeAll() }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Lets everyone go who waits, because the flow ends.
    func open() {
        let waiters = state.withLock { state in
            defer { state.waiters.removeAll() }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
