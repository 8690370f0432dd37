internal import IntegrationCore
internal import Synchronization

/// A flow that the engine knows, and how its latest run stands. Each run begins with nothing of the one before.
final class ManagedFlow: Sendable {
    let flow: Flow

    private struct State {
        var runner: FlowRunner?
        var word = FlowState.created
        var isLingering = false
    }

    private let state = Mutex(State())

    /// Closed while the flow is paused.
    let gate = FlowGate()

    /// - Parameter opened: called whenever one of its sources is open.
    init(_ flow: Flow, opened: @escaping @Sendable () -> Void) { self.flow = flow.gated(by: gate, opened: opened) }

    /// Whether it reads its sources.
    var isStarted: Bool { state.withLock { $0.runner != nil } && gate.opened >= flow.sources.count }

    /// Through with its own work, and open only for those that call it.
    var isLingering: Bool { state.withLock { $0.isLingering } }

    /// A new run; what it uses is being opened.
    func begin() {
        gate.forgetOpened()
        state.withLock { $0 = State(word: .running) }
    }

    func enter(_ runner: FlowRunner) { state.withLock { $0.runner = runner } }

    func linger() { state.withLock { $0.isLingering = true } }

    /// The end of a run that its runner does not know of, such as a destination that could not be opened or closed.
    func end(_ word: FlowState) {
        state.withLock { state in
            state.word = word
            state.isLingering = false
        }
    }

    /// The destinations that have outboxes in the store.
    var outboxes: [String] { state.withLock { $0.runner }?.pipeline.outboxes ?? [] }

    /// Whether nothing is in hand and nothing will come but from the store's queues.
    var isResting: Bool {
        let state = state.withLock { $0 }
        if state.isLingering { return true }
        switch state.word {
        case .running, .created, .draining: return state.runner?.isResting ?? false
        case .finished, .stopped, .failed: return true
        }
    }

    /// How many messages were settled, and how many of them took longer than a limit.
    func settled(slowerThan limit: Duration) -> (all: Int, slower: Int) {
        state.withLock { $0.runner }?.statistics.settled(slowerThan: limit) ?? (0, 0)
    }

    var snapshot: FlowSnapshot {
        let state = state.withLock { $0 }
        var snapshot = state.runner?.snapshot ?? FlowSnapshot(flow: flow.name, state: state.word)
        if case .failed = state.word { snapshot.state = state.word }
        snapshot.isPaused = gate.isClosed
        return snapshot
    }
}
