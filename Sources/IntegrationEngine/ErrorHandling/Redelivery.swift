internal import IntegrationCore
internal import IntegrationDocument
internal import Synchronization

/// A message that waits for another try, with the bytes to try again with.
struct ParkedMessage: Sendable {
    var id: MessageID
    var source: String
    var origin: Int
    var pending: PendingDelivery
    /// Failed tries so far.
    var attempts: Int
    var receiveCount: Int
    /// When it came in, on the flow's clock.
    var received: Duration
    /// When to try again, on the flow's clock.
    var due: Duration
    var original: [UInt8]
    var metadata: Document?
    /// Where only destinations failed: which one, and the bytes made for it.
    var resume: (destination: Int, body: [UInt8])?
    /// Where it is held under a lease: given when that was lost.
    var lost: ShutdownSignal?

    var size: Int { original.count + (resume?.body.count ?? 0) + 256 }
}

/// Messages parked in memory until their next try is due. Bounded by the flow's in-flight limits, which count them.
///
/// This is where parking in a durable store takes over.
final class Redelivery: Sendable {
    private struct State {
        var parked: [ParkedMessage] = []  // a binary heap by due time
        var bytes = 0
        var isClosed = false
        var isDraining = false
    }

    private let state = Mutex(State())
    private let changed = Wakeup()

    var count: Int { state.withLock { $0.parked.count } }
    var bytes: Int { state.withLock { $0.bytes } }

    /// Parks messages; false, and nothing is parked, when the flow is draining.
    func park(_ messages: [ParkedMessage]) -> Bool {
        let isParked = state.withLock { state in
            guard !state.isDraining else { return false }
            for message in messages {
                state.bytes += message.size
                state.parked.append(message)
                Self.siftUp(&state.parked)
            }
            return true
        }
        changed.wake()
        return isParked
    }

    /// No more will be parked by others: waiting ends when all is taken.
    func close() {
        state.withLock { $0.isClosed = true }
        changed.wake()
    }

    /// Waits until messages are due and takes at most `limit` of them; nil when there will never be any more.
    func takeDue(limit: Int, clock: any TimeSource) async throws -> [ParkedMessage]? {
        while true {
            try Task.checkCancellation()
            let seen = changed.count
            let now = clock.now
            let (taken, nextDue, isDone): ([ParkedMessage], Duration?, Bool) = state.withLock { state in
                var taken: [ParkedMessage] = []
                while taken.count < limit, let first = state.parked.first, first.due <= now {
                    taken.append(first)
                    state.bytes -= first.size
                    Self.popFirst(&state.parked)
                }
                return (taken, state.parked.first?.due, (state.isClosed || state.isDraining) && state.parked.isEmpty)
            }
            if !taken.isEmpty { return taken }
            if isDone { return nil }
            try await changed.wait(after: seen, until: nextDue, clock: clock)
        }
    }

    /// Takes everything, due or not; from now on nothing is parked any more.
    func drain() -> [ParkedMessage] {
        let rest = state.withLock { state in
            defer {
                state.parked.removeAll()
                state.bytes = 0
                state.isDraining = true
            }
            return state.parked
        }
        changed.wake()
        return rest
    }

    private static func siftUp(_ heap: inout [ParkedMessage]) {
        var child = heap.count - 1
        while child > 0, heap[child].due < heap[(child - 1) / 2].due {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private static func popFirst(_ heap: inout [ParkedMessage]) {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].due < heap[least].due
            {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
