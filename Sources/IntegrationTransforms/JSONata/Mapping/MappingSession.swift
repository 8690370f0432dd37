internal import IntegrationDocument

/// The part of a mapping that is evaluated.
final class MappingSession {
    private let evaluator: Evaluator
    private var writer: ValueWriter

    init(_ context: borrowing MappingPlan.Context) {
        evaluator = Evaluator(
            root: Value(context.input), bindings: context.bindings, symbols: context.expression.symbols,
            host: context.host, budget: context.budget)
        writer = ValueWriter(limit: context.budget.outputBytes)
    }

    /// Evaluates a node over a context and writes its value; nothing where it is undefined or a function.
    func write(_ node: Node, _ context: View, into builder: inout Builder) throws(ExpressionError) {
        let value = try evaluator.evaluate(node, Value(context), evaluator.rootFrame)
        if value.isUndefined || value.isFunction { return }
        try writer.write(value, into: &builder)
    }
}
