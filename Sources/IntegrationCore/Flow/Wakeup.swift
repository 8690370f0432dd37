internal import Synchronization

/// Wakes those who wait for something to change, without losing a change that came before they waited.
package final class Wakeup: Sendable {
    private struct State {
        var count = 0
        var signal = ShutdownSignal()
    }

    private let state = Mutex(State())

    package init() {}

    /// How often something changed so far.
    package var count: Int { state.withLock { $0.count } }

    package func wake() {
        let signal = state.withLock { state in
            state.count += 1
            defer { state.signal = ShutdownSignal() }
            return state.signal
        }
        signal.signal()
    }

    /// Returns when something changed after `count` was read, or when the task is cancelled.
    package func wait(after count: Int) async {
        let signal: ShutdownSignal? = state.withLock { $0.count == count ? $0.signal : nil }
        await signal?.wait()
    }

    /// Returns when something changed after `count` was read, or at `deadline`.
    ///
    /// - Throws: when the task is cancelled first.
    package func wait(after count: Int, until deadline: Duration?, clock: any TimeSource) async throws {
        if let deadline {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await self.wait(after: count) }
                group.addTask { try await clock.sleep(until: deadline) }
                try await group.next()
                group.cancelAll()
            }
        } else {
            await wait(after: count)
        }
        try Task.checkCancellation()
    }
}
