internal import IntegrationCore
internal import IntegrationDocument

/// A JSONata expression over messages.
struct MessageExpression: Sendable {
    let expression: Expression
    private let bindings: MessageBindings

    var text: String { expression.text }

    init(_ text: String, _ build: FlowBuild) throws(IntegrationError) {
        try self.init(text, literals: build.literals, environment: build.environment)
    }

    init(_ text: String, literals: Literals, environment: [String: String]) throws(IntegrationError) {
        do {
            expression = try Expression.compile(text, literals: literals)
        } catch {
            throw IntegrationError(error)
        }
        bindings = MessageBindings([expression], environment: environment)
    }

    /// The value of the expression as a document of `arena`; nil where it has none.
    ///
    /// - Parameters:
    ///   - message: whose body `source` is; nil where there is none.
    ///   - context: that of the flow; nil where none runs.
    func evaluate(
        _ source: View, _ message: Message?, in arena: Arena, _ context: FlowContext?
    ) throws(IntegrationError) -> View? {
        do {
            return try bindings.with(message, in: arena, context) { bindings throws(ExpressionError) in
                var builder = Builder(arena)
                let host = context.map { ExpressionHost($0) } ?? .system
                let hasValue = try expression.evaluate(source, bindings: bindings, host: host, into: &builder)
                return hasValue ? arena.view(builder.finish()) : nil
            }
        } catch {
            throw IntegrationError(error)
        }
    }
}

/// A JSONata condition over messages.
struct MessageCondition: Sendable {
    let condition: Condition
    private let bindings: MessageBindings

    var text: String { condition.text }

    init(_ text: String, _ build: FlowBuild) throws(IntegrationError) {
        do {
            condition = try Condition.compile(text)
        } catch {
            throw IntegrationError(error)
        }
        bindings = MessageBindings([condition.expression], environment: build.environment)
    }

    /// Whether the condition holds. A value that is not there fulfils no comparison.
    @inline(__always)
    func holds(
        _ source: View, _ message: Message, in arena: Arena, _ context: FlowContext
    ) throws(IntegrationError) -> Bool {
        if let verdict = condition.verdict(for: source) { return verdict }
        return try evaluate(source, message, in: arena, context)
    }

    @inline(never)
    private func evaluate(
        _ source: View, _ message: Message, in arena: Arena, _ context: FlowContext
    ) throws(IntegrationError) -> Bool {
        do {
            return try bindings.with(message, in: arena, context) { bindings throws(ExpressionError) in
                try condition.evaluate(source, bindings: bindings, host: ExpressionHost(context))
            }
        } catch {
            throw IntegrationError(error)
        }
    }
}
