import IntegrationCore
import IntegrationDocument
import IntegrationTesting
import Synchronization

/// A step that keeps each batch with a message that `predicate` meets until `open()`, and remembers all that came.
final class GateStep: StepDefinition, AsyncStep, Sendable {
    let name = "gate"
    private let opened = ShutdownSignal()
    private let seen = Mutex<[String]>([])
    private let predicate: @Sendable (String) -> Bool

    init(where predicate: @escaping @Sendable (String) -> Bool = { _ in true }) { self.predicate = predicate }

    var texts: [String] { seen.withLock { $0 } }

    func open() { opened.signal() }

    func makeStep(_ build: FlowBuild) throws(IntegrationError) -> BuiltStep { .asynchronous(self) }

    func process(_ batch: inout Batch, in context: FlowContext) async throws(IntegrationError) {
        let texts = batch.messages.map { [arena = batch.arena] in $0.text(in: arena) }
        seen.withLock { $0 += texts }
        if texts.contains(where: predicate) { await opened.wait() }
    }
}
