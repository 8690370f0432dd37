internal import IntegrationCore
internal import Synchronization

/// Whether a flow's sources are read. While it is closed, lanes wait before they take a delivery in.
final class FlowGate: Sendable {
    private struct State {
        var isClosed = false
        /// An outbox of the flow is too old.
        var isHeldBack = false
        var opened = 0
    }

    private let state = Mutex(State())
    private let changes = Wakeup()

    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Closes or opens the gate; returns whether that changed anything.
    @discardableResult
    func set(closed: Bool) -> Bool {
        let isNews = state.withLock { state in
            defer { state.isClosed = closed }
            return state.isClosed != closed
        }
        if isNews { changes.wake() }
        return isNews
    }

    /// Keeps the gate shut, or no longer, because messages have waited too long in an outbox.
    func hold(back isHeldBack: Bool) {
        let isNews = state.withLock { state in
            defer { state.isHeldBack = isHeldBack }
            return state.isHeldBack != isHeldBack
        }
        if isNews { changes.wake() }
    }

    /// How many of the flow's sources have been opened since it was started.
    var opened: Int { state.withLock { $0.opened } }
    func noteOpened() { state.withLock { $0.opened += 1 } }
    func forgetOpened() { state.withLock { $0.opened = 0 } }

    /// Returns true as soon as the gate is open and nothing holds the flow back, false when the flow is told to stop first.
    func pass(_ shutdown: ShutdownSignal) async -> Bool {
        while true {
            let count = changes.count
            if state.withLock({ !$0.isClosed && !$0.isHeldBack }) { return true }
            if shutdown.isSignalled || Task.isCancelled { return false }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.changes.wait(after: count) }
                group.addTask { await shutdown.wait() }
                await group.next()
                group.cancelAll()
            }
        }
    }
}
