internal import IntegrationCore
internal import IntegrationDocument

/// JSONata as the language of `{{ … }}` in templates.
struct TemplateExpressions: TemplateExpressionCompiler {
    func compile(_ text: String, literals: Literals) throws(IntegrationError) -> any TemplateExpression {
        do {
            return JSONataInTemplate(expression: try Expression.compile(text, literals: literals))
        } catch {
            throw IntegrationError(error)
        }
    }
}

private struct JSONataInTemplate: TemplateExpression {
    let expression: Expression

    func evaluate(_ source: View, in arena: Arena) throws(IntegrationError) -> View? {
        var builder = Builder(arena)
        let hasValue: Bool
        do {
            hasValue = try expression.evaluate(source, into: &builder)
        } catch {
            throw IntegrationError(error)
        }
        return hasValue ? arena.view(builder.finish()) : nil
    }
}
