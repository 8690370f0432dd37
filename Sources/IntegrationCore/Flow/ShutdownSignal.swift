internal import Synchronization

/// A signal that is given once: stop reading, finish what is in hand.
public final class ShutdownSignal: Sendable {
    private struct State {
        var isSignalled = false
        var nextToken = 0
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var cancelled: Set<Int> = []
    }

    private let state = Mutex(State())

    public init() {}

    public var isSignalled: Bool { state.withLock { $0.isSignalled } }

    public func signal() {
        let waiters = state.withLock { state in
            state.isSignalled = true
            defer { state.waiters.removeAll() }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Returns when the signal is given, whether or not the task is cancelled: for those who know that it comes.
    public func waitToTheEnd() async { await wait(as: makeToken()) }

    private func makeToken() -> Int {
        state.withLock { state in
            state.nextToken += 1
            return state.nextToken
        }
    }

    private func wait(as token: Int) async {
        await withCheckedContinuation { continuation in
            let resumeNow = state.withLock { state in
                if state.isSignalled || state.cancelled.remove(token) != nil { return true }
                state.waiters[token] = continuation
                return false
            }
            if resumeNow { continuation.resume() }
        }
    }

    /// Returns when the signal is given or the task is cancelled.
    public func wait() async {
        let token = makeToken()
        await withTaskCancellationHandler {
            await wait(as: token)
        } onCancel: {
            let waiter = state.withLock { state in
                let waiter = state.waiters.removeValue(forKey: token)
                if waiter == nil, !state.isSignalled { state.cancelled.insert(token) }
                return waiter
            }
            waiter?.resume()
        }
    }
}
