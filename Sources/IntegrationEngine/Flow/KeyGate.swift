internal import IntegrationCore
internal import Synchronization

/// Lets deliveries through so that those with a key in common go one after another, in the order in which they entered.
///
/// Deliveries without a key in common are worked on side by side.
final class KeyGate: Sendable {
    /// A delivery's place in the queues of its keys.
    final class Place: Sendable {
        fileprivate let keys: [[UInt8]]
        fileprivate let isFirst = ShutdownSignal()

        fileprivate init(keys: [[UInt8]]) { self.keys = keys }
    }

    private struct Waiting {
        var place: Place
        /// Keys for which others are before it.
        var open: Int
    }

    private struct State {
        var queues: [[UInt8]: [ObjectIdentifier]] = [:]
        var waiting: [ObjectIdentifier: Waiting] = [:]
    }

    private let state = Mutex(State())

    /// Enters the queue of each key. The next to enter comes behind.
    func enter(_ keys: Set<[UInt8]>) -> Place {
        let place = Place(keys: Array(keys))
        let id = ObjectIdentifier(place)
        let isFirst = state.withLock { state in
            var open = 0
            for key in place.keys {
                if !state.queues[key, default: []].isEmpty { open += 1 }
                state.queues[key, default: []].append(id)
            }
            state.waiting[id] = Waiting(place: place, open: open)
            return open == 0
        }
        if isFirst { place.isFirst.signal() }
        return place
    }

    /// Returns when a delivery is the first of each of its keys, or when the task is cancelled.
    func wait(_ place: Place) async { await place.isFirst.wait() }

    /// Lets those behind a delivery go on.
    func leave(_ place: Place) {
        let id = ObjectIdentifier(place)
        let next = state.withLock { state in
            var next: [Place] = []
            state.waiting[id] = nil
            for key in place.keys {
                guard var queue = state.queues[key], let index = queue.firstIndex(of: id) else { continue }
                queue.remove(at: index)
                state.queues[key] = queue.isEmpty ? nil : queue
                guard index == 0, let first = queue.first, var waiting = state.waiting[first] else { continue }
                waiting.open -= 1
                state.waiting[first] = waiting
                if waiting.open == 0 { next.append(waiting.place) }
            }
            return next
        }
        for place in next { place.isFirst.signal() }
    }
}
