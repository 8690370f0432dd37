internal import IntegrationCore
internal import Synchronization

/// Messages that were handed over together, and what became of each.
final class PublishTicket: Sendable {
    private struct State {
        var outcomes: [IntegrationError?]
        var isKnown: [Bool]
        var unknown: Int
        var waiter: CheckedContinuation<Void, Never>?
    }

    let messages: [AMQPMessage]
    /// When somebody began to wait (monotonic).
    let created = SystemClock().now
    private let state: Mutex<State>

    init(_ messages: [AMQPMessage]) {
        self.messages = messages
        state = Mutex(
            State(
                outcomes: Array(repeating: nil, count: messages.count),
                isKnown: Array(repeating: false, count: messages.count), unknown: messages.count))
    }

    var isDone: Bool { state.withLock { $0.unknown == 0 } }

    /// Notes what became of a message, once: nil is success.
    func finish(_ index: Int, _ outcome: IntegrationError?) {
        let waiter = state.withLock { state in
            guard !state.isKnown[index] else { return nil as CheckedContinuation<Void, Never>? }
            state.isKnown[index] = true
            state.outcomes[index] = outcome
            state.unknown -= 1
            return state.unknown == 0 ? state.waiter.take() : nil
        }
        waiter?.resume()
    }

    /// Notes of all messages of which nothing is known that they failed.
    func failRest(_ error: IntegrationError) {
        let waiter = state.withLock { state in
            for index in state.outcomes.indices where !state.isKnown[index] {
                state.isKnown[index] = true
                state.outcomes[index] = error
            }
            state.unknown = 0
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// Waits until it is known what became of each message; at once when the task is cancelled.
    func wait() async -> [IntegrationError?] {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDone = state.withLock { state in
                    if state.unknown == 0 { return true }
                    state.waiter = continuation
                    return false
                }
                if isDone { continuation.resume() }
            }
        } onCancel: {
            failRest(IntegrationError(.connectionCut, "the send was given up before the broker had confirmed"))
        }
        return state.withLock { $0.outcomes }
    }
}
