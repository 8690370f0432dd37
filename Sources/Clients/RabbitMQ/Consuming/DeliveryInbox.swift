internal import IntegrationCore
internal import Synchronization

/// Messages that the broker handed over and nobody has taken yet; no more than the prefetch.
final class DeliveryInbox: Sendable {
    private struct State {
        var waiting: [AMQPDelivery] = []
        /// When the oldest that waits came (monotonic), and when somebody took last.
        var oldest = Duration.zero
        var lastTake = Duration.zero
        /// Whether the broker hands nothing over, because nobody took.
        var isPaused = false
        var isClosed = false
    }

    private let state = Mutex(State())
    private let changed = Wakeup()

    /// - Returns: false where it is paused or closed, and took nothing.
    func put(_ deliveries: [AMQPDelivery], at now: Duration) -> Bool {
        let isOpen = state.withLock { state in
            guard !state.isClosed, !state.isPaused else { return false }
            if state.waiting.isEmpty { state.oldest = now }
            state.waiting += deliveries
            return true
        }
        changed.wake()
        return isOpen
    }

    /// Since when messages wait, and since when nobody has taken any of them; nil where none waits.
    var idleness: (oldest: Duration, quiet: Duration)? {
        state.withLock { state in
            state.waiting.isEmpty ? nil : (state.oldest, max(state.oldest, state.lastTake))
        }
    }

    /// Takes nothing more until somebody wants something.
    ///
    /// - Returns: what waited.
    func pause() -> [AMQPDelivery] {
        state.withLock { state in
            state.isPaused = true
            defer { state.waiting.removeAll() }
            return state.waiting
        }
    }

    /// Takes everything out that waits: it belongs to a channel that is gone.
    func removeAll() { state.withLock { $0.waiting.removeAll() } }

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
    /// - Parameters:
    ///   - isolating: whether what was handed over before comes alone.
    ///   - resume: has the broker hand over again, where it was paused.
    func take(_ count: Int, bytes: Int, isolating: Bool, _ resume: () -> Void) async -> [AMQPDelivery] {
        while true {
            let seen = changed.count
            let now = SystemClock().now
            let (taken, isOver, wasPaused) = state.withLock { state in
                let taken = Self.take(count, bytes, isolating, from: &state.waiting)
                if !taken.isEmpty { (state.lastTake, state.oldest) = (now, now) }
                defer { state.isPaused = false }
                return (taken, state.isClosed, state.isPaused)
            }
            if wasPaused { resume() }
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
