internal import IntegrationCore
internal import Synchronization

/// Counts what a flow has taken in and not settled, and holds lanes back while it is too much.
final class InFlight: Sendable {
    private struct State {
        var messages = 0
        var bytes = 0
        var isOpen = false
    }

    private let state = Mutex(State())
    private let changed = Wakeup()
    private let limits: InFlightLimits

    init(_ limits: InFlightLimits) { self.limits = limits }

    var messages: Int { state.withLock { $0.messages } }

    /// Returns when there is room, when the flow ends, or when the task is cancelled. Room is counted before a delivery
    /// is asked for, so lanes overshoot by a delivery each.
    func waitForRoom() async {
        while !Task.isCancelled {
            let seen = changed.count
            if state.withLock({ $0.isOpen || hasRoom($0) }) { return }
            await changed.wait(after: seen)
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
        let makesRoom = state.withLock { state in
            let wasFull = !hasRoom(state)
            state.messages -= messages
            state.bytes -= bytes
            return wasFull && hasRoom(state)
        }
        if makesRoom { changed.wake() }
    }

    /// Lets everyone go who waits or comes later, because the flow ends.
    func open() {
        state.withLock { $0.isOpen = true }
        changed.wake()
    }
}
