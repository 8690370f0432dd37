internal import IntegrationCore
internal import Synchronization

/// The running flows by name, for those that call each other.
public final class FlowDirectory: Sendable {
    private struct State {
        var runners: [String: FlowRunner] = [:]
        /// Flows that were started and are still opening what they use.
        var starting: Set<String> = []
        var callees: Set<String> = []
    }

    private let state = Mutex(State())
    private let changed = Wakeup()

    public init() {}

    /// Notes that a flow is being started: callers wait for it.
    func willStart(_ name: String) { _ = state.withLock { $0.starting.insert(name) } }

    func enter(_ runner: FlowRunner) {
        change { state in
            state.starting.remove(runner.flow.name)
            state.runners[runner.flow.name] = runner
        }
    }

    func leave(_ name: String) {
        change { state in
            state.starting.remove(name)
            state.runners[name] = nil
        }
    }

    private func change(_ body: (inout State) -> Void) {
        state.withLock { body(&$0) }
        changed.wake()
    }

    /// The running flow of this name, when it has started; nil where none runs, and when the task is cancelled.
    func runner(_ name: String) async -> FlowRunner? {
        while !Task.isCancelled {
            let seen = changed.count
            let (runner, isStarting) = state.withLock { ($0.runners[name], $0.starting.contains(name)) }
            if runner != nil || !isStarting { return runner }
            await changed.wait(after: seen)
        }
        return nil
    }

    /// Notes that somebody may call a flow, which then stays open as long as others work.
    func willCall(_ name: String) { _ = state.withLock { $0.callees.insert(name) } }
    func isCalled(_ name: String) -> Bool { state.withLock { $0.callees.contains(name) } }
    /// Every flow that somebody may call.
    var callees: Set<String> { state.withLock { $0.callees } }
}
