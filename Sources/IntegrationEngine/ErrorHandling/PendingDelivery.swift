internal import IntegrationCore
internal import Synchronization

/// A delivery of which some messages wait for another try; the source hears of it when the last one is settled.
///
/// Dropped before that, it releases the messages that still wait, and them alone.
final class PendingDelivery: Sendable {
    private struct State: ~Copyable {
        var delivery: Delivery?
        /// Origins of the messages that wait; one that was split may wait more than once.
        var waiting: [Int]
        var exceptions: [(origin: Int, outcome: Settlement.Outcome)]

        mutating func settleDelivery() {
            delivery.take()?.settle(Settlement(.accepted, exceptions: exceptions))
        }
    }

    private let state: Mutex<State>
    private let open: OpenDeliveries

    /// - Parameters:
    ///   - waiting: origins of the messages that wait.
    ///   - released: origins of messages that go back to the source whatever becomes of the others.
    init(_ delivery: consuming Delivery, waiting: [Int], released: [Int], open: OpenDeliveries) {
        state = Mutex(
            State(delivery: delivery, waiting: waiting, exceptions: released.map { ($0, Settlement.Outcome.released) }))
        self.open = open
        open.add()
    }

    /// One more message of `origin` waits, because a try split it.
    func add(_ origin: Int) { state.withLock { $0.waiting.append(origin) } }

    func settle(_ origin: Int, _ outcome: Settlement.Outcome) {
        let isSettled = state.withLock { state in
            guard let place = state.waiting.firstIndex(of: origin) else { return false }
            if case .accepted = outcome {} else { state.exceptions.append((origin, outcome)) }
            state.waiting.remove(at: place)
            guard state.waiting.isEmpty else { return false }
            state.settleDelivery()
            return true
        }
        if isSettled { open.remove() }
    }

    deinit {
        let isUnsettled = state.withLock { state in
            guard !state.waiting.isEmpty else { return false }
            state.exceptions += state.waiting.map { ($0, .released) }
            state.settleDelivery()
            return true
        }
        if isUnsettled { open.remove() }
    }
}

/// Counts a source's deliveries that wait for retries: the source stays open until there are none.
final class OpenDeliveries: Sendable {
    private let state = Mutex<(count: Int, waiter: CheckedContinuation<Void, Never>?)>((0, nil))

    func add() { state.withLock { $0.count += 1 } }

    func remove() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.count -= 1
            guard state.count == 0 else { return nil }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Returns when every delivery is settled. One task waits at a time; cancellation does not end the wait, because
    /// what is cancelled is released, which ends it.
    func waitForNone() async {
        await withCheckedContinuation { continuation in
            let isNone = state.withLock { state in
                guard state.count > 0 else { return true }
                state.waiter = continuation
                return false
            }
            if isNone { continuation.resume() }
        }
    }
}
