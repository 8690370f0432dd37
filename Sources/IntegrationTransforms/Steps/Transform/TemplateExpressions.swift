internal import IntegrationCore
internal import IntegrationDocument

/// JSONata as the language of `{{ … }}` in templates.
struct TemplateExpressions: TemplateExpressionCompiler {
    /// What `$env` holds.
    var environment: [String: String] = [:]

    func compile(_ text: String, literals: Literals) throws(IntegrationError) -> any TemplateExpression {
        JSONataInTemplate(
            expression: try MessageExpression(text, literals: literals, environment: environment))
    }
}

private struct JSONataInTemplate: TemplateExpression {
    let expression: MessageExpression

    func evaluate(
        _ source: View, in arena: Arena, _ surroundings: TemplateSurroundings?
    ) throws(IntegrationError) -> View? {
        try expression.evaluate(source, surroundings?.message, in: arena, surroundings?.context)
    }
}
