public import IntegrationCore
public import IntegrationDocument

/// What stands between `{{` and `}}` of a template, compiled.
public protocol TemplateExpression: Sendable {
    /// The expression's value over a message; nil for nothing.
    ///
    /// - Returns: a value of `arena`: a part of `source`, a literal, or a document that a builder of the arena finished.
    func evaluate(_ source: View, in arena: Arena) throws(IntegrationError) -> View?
}

/// The language of a template's expressions.
public protocol TemplateExpressionCompiler {
    /// - Parameters:
    ///   - text: what stands between `{{` and `}}`.
    ///   - literals: where the texts that the expression writes are interned.
    func compile(_ text: String, literals: Literals) throws(IntegrationError) -> any TemplateExpression
}
