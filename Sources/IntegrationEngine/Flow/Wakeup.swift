internal import IntegrationCore
internal import Synchronization

/// Wakes those who wait for something to change, without losing a change that came before they waited.
final class Wakeup: Sendable {
    private struct State {
        var count = 0
        var signal = ShutdownSignal()
    }

    private let state = Mutex(State())

    /// How often something changed so far.
    var count: Int { state.withLock { $0.count } }

    func wake() {
        let signal = state.withLock { state in
            state.count += 1
            defer { state.signal = ShutdownSignal() }
            return state.signal
        }
        signal.signal()
    }

    /// Returns when something changed after `count` was read, or at `deadline`.
    func wait(after count: Int, until deadline: Duration?, clock: any TimeSource) async throws {
        let signal: ShutdownSignal? = state.withLock { $0.count == count ? $0.signal : nil }
        guard let signal else { return }
        guard let deadline else {
            await signal.wait()
            return try Task.checkCancellation()
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await signal.wait() }
            group.addTask { try await clock.sleep(until: deadline) }
            try await group.next()
            group.cancelAll()
        }
    }
}
