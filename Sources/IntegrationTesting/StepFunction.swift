public import IntegrationCore
public import IntegrationDocument

/// A step made of a closure, for tests.
///
/// ```swift
/// StepFunction("refuse") { message, arena in
///     if try message.parsed(in: arena)["bad"] != nil { throw IntegrationError(.stepFailed, "bad") }
///     return .keep
/// }
/// ```
public struct StepFunction: StepDefinition {
    public let name: String
    private let step: Body

    private struct Body: Step {
        let name: String
        let body: @Sendable (inout Message, Arena) throws(IntegrationError) -> Batch.Verdict

        func process(_ batch: inout Batch, in context: FlowContext) throws(IntegrationError) {
            batch.forEach(name, body)
        }
    }

    /// - Parameter body: called once for each live message, from several lanes at once.
    public init(
        _ name: String,
        _ body: @escaping @Sendable (inout Message, Arena) throws(IntegrationError) -> Batch.Verdict
    ) {
        self.name = name
        step = Body(name: name, body: body)
    }

    public func makeStep(_ build: FlowBuild) throws(IntegrationError) -> BuiltStep { .immediate(step) }
}

extension Message {
    /// The body as text, for steps of tests; broken UTF-8 is mended.
    public func text(in arena: Arena) -> String {
        var out = OutputBuffer(capacity: 512)
        writeBody(in: arena, to: &out)
        return out.withBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// Makes `text` the body.
    public mutating func replaceBody(with text: String, in arena: Arena) {
        var text = text
        replaceBody(with: text.withUTF8 { arena.appendScratch($0) })
    }
}
