internal import IntegrationCore
internal import Synchronization

/// Messages that the broker handed over and nobody has taken yet; no more than the prefetch.
final class DeliveryInbox: Sendable {
    private struct State {
        var waiting: [AMQPDelivery] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let changed = Wakeup()

    /// - Returns: false where it is closed, and took nothing.
    func put(_ deliveries: [AMQPDelivery]) -> Bool {
        let isOpen = state.withLock { state in
            if !state.isClosed { state.waiting += deliveries }
            return !state.isClosed
        }
        changed.wake()
        return isOpen
    }

    /// Takes those out that went back to the queue.
    func remove(_ isGone: (AMQPDelivery.Tag) -> Bool) {
        state.withLock { state in state.waiting.removeAll { isGone($0.tag) } }
    }

    /// No more will be handed out.
    ///
    /// - Returns: what waited.
    @discardableResult
    func close() -> [AMQPDelivery] {
        let rest = state.withLock { state in
            state.isClosed = true
            defer { state.waiting.removeAll() }
            return state.waiting
        }
        changed.wake()
        return rest
    }

    /// Takes what waits, `count` at most and about so many bytes; waits until there is something. Empty at the end, and
    /// when the task is cancelled.
    ///
    /// - Parameter isolating: whether what was handed over before comes alone.
    func take(_ count: Int, bytes: Int, isolating: Bool) async -> [AMQPDelivery] {
        while true {
            let seen = changed.count
            let (taken, isOver): ([AMQPDelivery], Bool) = state.withLock { state in
                (Self.take(count, bytes, isolating, from: &state.waiting), state.isClosed)
            }
            if !taken.isEmpty || isOver || Task.isCancelled { return taken }
            await changed.wait(after: seen)
        }
    }

    private static func take(
        _ count: Int, _ bytes: Int, _ isolating: Bool, from waiting: inout [AMQPDelivery]
    ) -> [AMQPDelivery] {
        var size = 0
        var end = 0
        while end < min(count, waiting.count) {
            size += waiting[end].body.count
            if end > 0, size > bytes { break }
            if end > 0, isolating, waiting[end].isRedelivered || waiting[0].isRedelivered { break }
            end += 1
        }
        defer { waiting.removeFirst(end) }
        return Array(waiting[..<end])
    }
}
