internal import IntegrationCore
internal import IntegrationEngine
internal import Synchronization

/// The endpoints of a service that are open, of which one is picked for each call.
final class EndpointPool: Sendable {
    private struct Slot {
        let finder: any Finder
        var users = 0
        var isLeaving = false
        /// Given when it has left and nobody uses it any more.
        let unused = ShutdownSignal()
    }

    private struct State {
        var slots: [Int: Slot] = [:]
        /// Endpoints that left before they were open.
        var gone: Set<Int> = []
        var turn: RoundRobin
        var pending: Int
        var failures: [IntegrationError] = []
        var isClosed = false
    }

    private let state: Mutex<State>
    private let opened = Wakeup()

    /// - Parameter pending: how many endpoints are being opened.
    init(_ balancing: LoadBalancing, pending: Int) {
        state = Mutex(State(turn: balancing.turn, pending: pending))
    }

    /// Waits until each of the first endpoints is open or could not be opened.
    ///
    /// - Throws: the first failure, where none could be opened.
    func waitForFirst() async throws {
        while true {
            let count = opened.count
            let (isReady, failure) = state.withLock { ($0.pending <= 0, $0.slots.isEmpty ? $0.failures.first : nil) }
            if isReady, let failure { throw failure }
            if isReady { return }
            await opened.wait(after: count)
            try Task.checkCancellation()
        }
    }

    /// Takes an open endpoint in; returns what it has to wait for before it closes.
    func enter(_ number: Int, _ finder: any Finder) -> ShutdownSignal {
        let (signal, closes) = state.withLock { state in
            state.pending -= 1
            let slot = Slot(finder: finder)
            if state.isClosed || state.gone.remove(number) != nil { return (slot.unused, true) }
            state.slots[number] = slot
            return (slot.unused, false)
        }
        if closes { signal.signal() }
        opened.wake()
        return signal
    }

    /// Notes that an endpoint could not be opened.
    func failed(_ error: IntegrationError) {
        state.withLock { state in
            state.pending -= 1
            state.failures.append(error)
        }
        opened.wake()
    }

    /// Takes an endpoint out: it gets no more calls, and closes when those in hand are over.
    func leave(_ number: Int) {
        let signal: ShutdownSignal? = state.withLock { state in
            guard var slot = state.slots[number] else {
                state.gone.insert(number)
                return nil
            }
            slot.isLeaving = true
            state.slots[number] = slot.users == 0 ? nil : slot
            return slot.users == 0 ? slot.unused : nil
        }
        signal?.signal()
    }

    /// Takes all out.
    func close() {
        let numbers = state.withLock { state in
            state.isClosed = true
            return Array(state.slots.keys)
        }
        for number in numbers { leave(number) }
    }

    /// Picks the endpoint whose turn it is, which stays open until `release`.
    func pick(except tried: Set<Int>) -> (number: Int, finder: any Finder)? {
        state.withLock { state in
            let candidates = state.slots.filter { !$0.value.isLeaving && !tried.contains($0.key) }.keys.sorted()
            guard let number = state.turn.pick(from: candidates), let slot = state.slots[number] else { return nil }
            state.slots[number]?.users += 1
            return (number, slot.finder)
        }
    }

    func release(_ number: Int) {
        let signal: ShutdownSignal? = state.withLock { state in
            guard var slot = state.slots[number] else { return nil }
            slot.users -= 1
            let isOver = slot.isLeaving && slot.users == 0
            state.slots[number] = isOver ? nil : slot
            return isOver ? slot.unused : nil
        }
        signal?.signal()
    }
}
