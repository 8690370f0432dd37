/// What a flow does to each message: a pure function over a batch, or an asynchronous one.
///
/// A step is built once for each flow, with the flow's literals, before anything runs.
public protocol StepDefinition: Sendable {
    /// The name that failures, metrics and logs bear.
    var name: String { get }
    func makeStep(_ build: FlowBuild) throws(IntegrationError) -> BuiltStep
}

/// A step that is ready to run.
public enum BuiltStep: Sendable {
    case immediate(any Step)
    case asynchronous(any AsyncStep)
}

/// A synchronous step; it takes out of the batch what it refuses.
public protocol Step: Sendable {
    /// - Throws: when the step as a whole can't work; every message of the batch has then failed.
    func process(_ batch: inout Batch, in context: FlowContext) throws(IntegrationError)
}

/// A step that waits for something else, such as a lookup in another system.
public protocol AsyncStep: Sendable {
    func process(_ batch: inout Batch, in context: FlowContext) async throws(IntegrationError)
}
