public import IntegrationDocument

/// An expression that decides: a route, a filter, a check.
///
/// The result counts as `$boolean` has it: false, null, zero, the empty string, the empty object and an array without
/// anything true are false. **A field that is missing is no match**: comparing nothing with something gives nothing,
/// and nothing is false; also under `$not`. **A type error is an error**: `total >= 1000` over a total that is a
/// string throws T2009, over an object or null T2010, so that a message never takes a route by accident.
///
/// Comparisons of paths with literals, `in` a list of literals, `$exists`, and these under `and`, `or` and `$not`
/// are tested over the view without allocating.
public final class Condition: Sendable {
    public let expression: Expression
    let test: ConditionTest?
    private let program: ConditionProgram?

    private init(_ expression: Expression) {
        self.expression = expression
        test = ConditionTest(expression.root)
        program = test.map { ConditionProgram($0) }
    }

    /// Compiles a condition.
    ///
    /// - Throws: what is wrong with the text (S codes), and where.
    public static func compile(_ text: String) throws(ExpressionError) -> Condition {
        Condition(try Expression.compile(text))
    }

    /// The condition as it was written.
    public var text: String { expression.text }

    /// Whether the condition holds for a value.
    ///
    /// - Throws: as `Expression.evaluate`.
    public func test(
        _ view: View, bindings: ExpressionBindings = ExpressionBindings(), budget: ExpressionBudget = .standard,
        host: ExpressionHost = .system
    ) throws(ExpressionError) -> Bool {
        if let verdict = verdict(for: view) { return verdict }
        return try evaluate(view, bindings: bindings, budget: budget, host: host)
    }

    /// Whether the condition holds for a value, with no bindings and the standard budget.
    ///
    /// - Throws: as `Expression.evaluate`.
    @inline(__always)
    public func holds(for view: View) throws(ExpressionError) -> Bool {
        if let verdict = verdict(for: view) { return verdict }
        return try evaluate(view)
    }

    /// What the quick tests say, which know no bindings; nil where the whole expression has to be evaluated.
    @inline(__always)
    func verdict(for view: View) -> Bool? { program?.run(view) }

    @inline(never)
    func evaluate(
        _ view: View, bindings: ExpressionBindings = ExpressionBindings(), budget: ExpressionBudget = .standard,
        host: ExpressionHost = .system
    ) throws(ExpressionError) -> Bool {
        do {
            return try expression.run(view, bindings, budget, host).truth ?? false
        } catch {
            throw error.with(source: text)
        }
    }
}
