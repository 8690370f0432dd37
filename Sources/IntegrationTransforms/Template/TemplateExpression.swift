public import IntegrationCore
public import IntegrationDocument

/// What stands between `{{` and `}}` of a template, compiled.
public protocol TemplateExpression: Sendable {
    /// The expression's value over a message; nil for nothing.
    ///
    /// - Parameter surroundings: what is known besides the document; nil where it is of no message and no flow runs.
    /// - Returns: a value of `arena`: a part of `source`, a literal, or a document that a builder of the arena finished.
    func evaluate(
        _ source: View, in arena: Arena, _ surroundings: TemplateSurroundings?
    ) throws(IntegrationError) -> View?
}

/// The language of a template's expressions.
public protocol TemplateExpressionCompiler {
    /// - Parameters:
    ///   - text: what stands between `{{` and `}}`.
    ///   - literals: where the texts that the expression writes are interned.
    func compile(_ text: String, literals: Literals) throws(IntegrationError) -> any TemplateExpression
}

/// What the expressions of a template see besides the document that it is applied to.
public struct TemplateSurroundings: Sendable {
    /// The message whose body is the document; nil where it is of none.
    public var message: Message?
    public var context: FlowContext

    public init(message: Message? = nil, context: FlowContext) {
        self.message = message
        self.context = context
    }
}
