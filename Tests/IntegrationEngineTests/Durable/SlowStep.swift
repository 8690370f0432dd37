import IntegrationCore
import Synchronization

/// A step that takes its time: the first batch as long as the first duration, and so on; later ones no time.
final class SlowStep: StepDefinition, AsyncStep, Sendable {
    let name = "slow"
    private let durations: Mutex<[Duration]>

    init(_ durations: Duration...) { self.durations = Mutex(durations) }

    func makeStep(_ build: FlowBuild) throws(IntegrationError) -> BuiltStep { .asynchronous(self) }

    func process(_ batch: inout Batch, in context: FlowContext) async throws(IntegrationError) {
        let duration = durations.withLock { $0.isEmpty ? .zero : $0.removeFirst() }
        do {
            try await context.clock.sleep(for: duration)
        } catch {
            throw IntegrationError(.stepFailed, "cancelled")
        }
    }
}
