internal import IntegrationCore
internal import Synchronization

/// Something that is open as long as somebody uses it, such as a destination that several flows send to.
///
/// The first user has it opened by a keeper, a task of the engine; when the last user is gone the keeper closes it.
final class SharedScope<Value: Sendable>: Sendable {
    /// Opens the thing, calls the closure with it, and closes it when the closure returns.
    typealias Open = @Sendable (@Sendable (Value) async -> Void) async throws -> Void

    private enum Phase {
        case closed, opening, closing
        case open(Value)
    }

    private struct State {
        var phase = Phase.closed
        var users = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
        var failure: (any Error)?
        /// Given when the last user is gone.
        var unused = ShutdownSignal()
    }

    private let state = Mutex(State())
    private let open: Open

    init(open: @escaping Open) { self.open = open }

    /// Calls `body` with the open thing.
    ///
    /// - Parameter keep: starts a task that runs `keep()`.
    /// - Throws: what opening threw, or `body`.
    func use<R>(keep: () -> Void, _ body: (Value) async throws -> R) async throws -> R {
        let value = try await acquire(keep)
        defer { release() }
        return try await body(value)
    }

    private func acquire(_ keep: () -> Void) async throws -> Value {
        while true {
            let (value, isFirst): (Value?, Bool) = state.withLock { state in
                switch state.phase {
                case .open(let value):
                    state.users += 1
                    return (value, false)
                case .closed:
                    state.phase = .opening
                    state.failure = nil
                    state.unused = ShutdownSignal()
                    return (nil, true)
                case .opening, .closing: return (nil, false)
                }
            }
            if let value { return value }
            if isFirst { keep() }
            await change()
            if let failure = state.withLock({ $0.failure }) { throw failure }
            try Task.checkCancellation()
        }
    }

    /// Waits while it is being opened or closed.
    private func change() async {
        await withCheckedContinuation { continuation in
            let isSettled = state.withLock { state in
                switch state.phase {
                case .open, .closed: return true
                case .opening, .closing:
                    state.waiters.append(continuation)
                    return false
                }
            }
            if isSettled { continuation.resume() }
        }
    }

    private func release() {
        let unused: ShutdownSignal? = state.withLock { state in
            state.users -= 1
            guard state.users == 0 else { return nil }
            if case .open = state.phase { state.phase = .closing }
            return state.unused
        }
        unused?.signal()
    }

    private func settle(_ phase: Phase, failure: (any Error)? = nil) {
        let waiters = state.withLock { state in
            state.phase = phase
            state.failure = failure
            defer { state.waiters.removeAll() }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Keeps the thing open until nobody uses it.
    func keep() async {
        do {
            try await open { value in
                let unused = state.withLock { $0.unused }
                settle(.open(value))
                await unused.wait()
            }
            settle(.closed)
        } catch {
            settle(.closed, failure: error)
        }
    }
}
