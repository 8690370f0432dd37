internal import IntegrationCore
internal import Synchronization

/// The running flows by name, for those that call each other.
public final class FlowDirectory: Sendable {
    private struct State {
        var runners: [String: FlowRunner] = [:]
        var callees: Set<String> = []
        /// Flows on their way to `runners`; the signal comes when they are there, or will not come.
        var starting: [String: ShutdownSignal] = [:]
    }

    private let state = Mutex(State())

    public init() {}

    /// Notes that a flow is about to open what it uses; `enter` or `leave` follows.
    func willEnter(_ name: String) { state.withLock { $0.starting[name] = ShutdownSignal() } }

    func enter(_ runner: FlowRunner) {
        let name = runner.flow.name
        let started = state.withLock { state in
            state.runners[name] = runner
            return state.starting.removeValue(forKey: name)
        }
        started?.signal()
    }

    func leave(_ name: String) {
        let started = state.withLock { state in
            state.runners[name] = nil
            return state.starting.removeValue(forKey: name)
        }
        started?.signal()
    }

    /// The flow of a name, waited for while it starts; nil where it does not run.
    func runner(_ name: String) async -> FlowRunner? {
        let (runner, starting) = state.withLock { ($0.runners[name], $0.starting[name]) }
        guard runner == nil, let starting else { return runner }
        await starting.wait()
        return state.withLock { $0.runners[name] }
    }

    /// Notes that somebody may call a flow, which then stays open as long as others work.
    func willCall(_ name: String) { _ = state.withLock { $0.callees.insert(name) } }
    func isCalled(_ name: String) -> Bool { state.withLock { $0.callees.contains(name) } }
}
