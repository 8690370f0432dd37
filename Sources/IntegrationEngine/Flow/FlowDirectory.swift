internal import Synchronization

/// The running flows by name, for those that call each other.
public final class FlowDirectory: Sendable {
    private struct State {
        var runners: [String: FlowRunner] = [:]
        var callees: Set<String> = []
    }

    private let state = Mutex(State())

    public init() {}

    func enter(_ runner: FlowRunner) { state.withLock { $0.runners[runner.flow.name] = runner } }
    func leave(_ name: String) { state.withLock { $0.runners[name] = nil } }
    func runner(_ name: String) -> FlowRunner? { state.withLock { $0.runners[name] } }

    /// Notes that somebody may call a flow, which then stays open as long as others work.
    func willCall(_ name: String) { _ = state.withLock { $0.callees.insert(name) } }
    func isCalled(_ name: String) -> Bool { state.withLock { $0.callees.contains(name) } }
}
