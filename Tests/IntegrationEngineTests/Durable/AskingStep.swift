import IntegrationCore
import Synchronization

/// A step that asks another system, which can't be reached as long as a test says so.
final class AskingStep: StepDefinition, AsyncStep, Sendable {
    private struct State {
        var failure: IntegrationError?
        var calls: [Duration] = []
    }

    let name = "ask"
    private let state = Mutex(State())

    init(failing failure: IntegrationError?) { state.withLock { $0.failure = failure } }

    /// When it was asked.
    var calls: [Duration] { state.withLock { $0.calls } }

    /// From now on it answers, or fails.
    func fail(with failure: IntegrationError?) { state.withLock { $0.failure = failure } }

    func makeStep(_ build: FlowBuild) throws(IntegrationError) -> BuiltStep { .asynchronous(self) }

    func process(_ batch: inout Batch, in context: FlowContext) async throws(IntegrationError) {
        let failure = state.withLock { state in
            state.calls.append(context.clock.now)
            return state.failure
        }
        if let failure { throw failure }
    }
}
