public import IntegrationDocument

/// A JSONata expression, compiled once and evaluated over views.
///
/// ```swift
/// let total = try Expression.compile("$sum(items.(price * quantity))")
/// try total.evaluate(order, into: &builder)
/// ```
/// The language is that of jsonata-js 2.2. Some things differ: `$uuid()` is there; the members of an object keep the
/// order in which they stand (ECMAScript puts keys that look like integers first); numbers that are only copied keep
/// their text; a surrogate without its partner is U+FFFD; `$base64encode` and `$base64decode` take texts as UTF-8, as the
/// documentation says of decoding, where jsonata-js on Node loses every character above U+00FF.
///
/// - Source: https://docs.jsonata.org
public final class Expression: Sendable {
    /// The expression as it was written.
    public let text: String
    let root: Node
    let symbols: Symbols
    let mapping: MappingPlan?

    private init(text: String, root: Node, symbols: Symbols, mapping: MappingPlan?) {
        self.text = text
        self.root = root
        self.symbols = symbols
        self.mapping = mapping
    }

    /// Compiles an expression.
    ///
    /// - Parameter literals: the flow's literals. With them the keys and constants of results are interned, and the
    ///   arena of every builder given to `evaluate` must have their block attached as base 1.
    /// - Throws: what is wrong with the text (S codes), and where.
    public static func compile(_ text: String, literals: Literals? = nil) throws(ExpressionError) -> Expression {
        do {
            let syntax = try ExpressionParser.parse(text)
            var compiler = ExpressionCompiler(symbols: Symbols(), literals: literals)
            let root = try compiler.compile(syntax)
            return Expression(
                text: text, root: root, symbols: compiler.symbols,
                mapping: MappingPlan(root, literals: literals))
        } catch {
            throw error.with(source: text)
        }
    }

    /// Evaluates the expression and writes its result.
    ///
    /// - Parameters:
    ///   - input: the context; nil for none.
    ///   - bindings: the variables from outside.
    ///   - budget: what the evaluation may cost.
    ///   - host: the clocks.
    ///   - builder: where the result is written: exactly one value, or nothing where the result is undefined or a function.
    /// - Returns: whether a value was written.
    /// - Throws: the error with jsonata-js' code (T and D codes), U1001 or U1002 where the budget is used up; what was
    ///   written is taken back.
    @discardableResult
    public func evaluate(
        _ input: View?, bindings: ExpressionBindings = ExpressionBindings(), budget: ExpressionBudget = .standard,
        host: ExpressionHost = .system, into builder: inout Builder
    ) throws(ExpressionError) -> Bool {
        let mark = builder.count
        do {
            if let mapping, let input, input.kind == .object {
                let isLocal = input.bases == UnsafePointer(builder.arena.bases)
                var context = MappingPlan.Context(
                    expression: self, input: input, bindings: bindings, budget: budget, host: host, isLocal: isLocal,
                    isDirect: isLocal && !bindings.overridesBuiltins, lastWord: mark + budget.outputBytes / 8,
                    room: budget.outputBytes)
                if try mapping.write(&context, into: &builder) { return true }
                builder.rewind(to: mark)
            }
            let value = try run(input, bindings, budget, host)
            if value.isUndefined || value.isFunction { return false }
            var writer = ValueWriter(limit: budget.outputBytes)
            try writer.write(value, into: &builder)
            return true
        } catch {
            builder.rewind(to: mark)
            throw error.with(source: text)
        }
    }

    /// Evaluates the expression to a value of its own.
    ///
    /// - Throws: as `evaluate`.
    public func evaluateValue(
        _ input: View?, bindings: ExpressionBindings = ExpressionBindings(), budget: ExpressionBudget = .standard,
        host: ExpressionHost = .system
    ) throws(ExpressionError) -> JSONataValue {
        do {
            let value = try run(input, bindings, budget, host)
            return try JSONataValue(value, limit: budget.outputBytes)
        } catch {
            throw error.with(source: text)
        }
    }

    /// The variable that the expression binds as a whole, as `$x := 5` does; nil for any other.
    public var boundVariable: String? { (root as? BindNode).map { symbols.names[Int($0.symbol)] } }

    func run(
        _ input: View?, _ bindings: ExpressionBindings, _ budget: ExpressionBudget, _ host: ExpressionHost
    ) throws(ExpressionError) -> Value {
        var context = input.map { Value($0) } ?? .undefined
        let evaluator = Evaluator(root: context, bindings: bindings, symbols: symbols, host: host, budget: budget)
        if context.isArray {
            let wrapper = ArrayBox([context], isSequence: true)
            wrapper.isOuterWrapper = true
            context = .array(wrapper)
        }
        let result = try evaluator.evaluate(root, context, evaluator.rootFrame)
        if case .array(let box) = result, box.isOuterWrapper, let inner = box.items.first { return inner }
        return result
    }
}

extension JSONataValue {
    init(_ value: Value, limit: Int) throws(ExpressionError) {
        switch value {
        case .undefined: self = .undefined
        case .null: self = .null
        case .bool(let bool): self = .bool(bool)
        case .function: self = .function
        default:
            if let number = value.double {
                guard number.isFinite else { throw ExpressionError(notFinite: number) }
                self = .number(number)
            } else if let string = value.string {
                self = .string(string)
            } else {
                var failure: ExpressionError?
                let document = Document { builder in
                    var writer = ValueWriter(limit: limit)
                    do throws(ExpressionError) {
                        try writer.write(value, into: &builder)
                    } catch {
                        failure = error
                        builder.rewind(to: 0)
                        builder.append(.null)
                    }
                }
                if let failure { throw failure }
                self = .document(document)
            }
        }
    }
}
