internal import IntegrationDocument

/// A compiled node of an expression.
class Node: @unchecked Sendable {
    // Proof of Sendable: every stored property of this class and its subclasses is immutable.

    /// The bytes of the node's token in the text.
    let start: Int
    let end: Int
    /// Whether a result of one element stays an array.
    let keepArray: Bool

    init(_ syntax: Syntax) {
        start = syntax.start
        end = syntax.end
        keepArray = syntax.keepArray
    }

    /// The node's value; only `Evaluator.evaluate` calls this.
    func run(_ input: Value, _ frame: Frame, _ evaluator: Evaluator) throws(ExpressionError) -> Value { .undefined }

    /// The parts that are evaluated within this one, for the static check.
    var children: [Node] { [] }

    func error(
        _ code: String, token: String? = nil, value: Value? = nil, second: Value? = nil
    ) -> ExpressionError {
        ExpressionError(
            code, at: start, end: end, token: token, value: value?.summary, second: second?.summary)
    }
}

final class LiteralNode: Node, @unchecked Sendable {
    enum Literal: Sendable {
        case null
        case bool(Bool)
        case number(Double)
        case string(String)
    }

    let literal: Literal
    /// The literal as an interned word of the flow, where there is one.
    let word: Word?

    init(_ syntax: Syntax, _ literal: Literal, word: Word?) {
        self.literal = literal
        self.word = word
        super.init(syntax)
    }

    override func run(_: Value, _: Frame, _: Evaluator) throws(ExpressionError) -> Value { value }

    var value: Value {
        switch literal {
        case .null: .null
        case .bool(let bool): .bool(bool)
        case .number(let number): .number(number)
        case .string(let string): .string(string)
        }
    }
}

final class NameNode: Node, @unchecked Sendable {
    let name: Name

    init(_ syntax: Syntax, _ name: Name) {
        self.name = name
        super.init(syntax)
    }

    override func run(_ input: Value, _: Frame, _: Evaluator) throws(ExpressionError) -> Value { input.lookup(name) }
}

/// `$name`, `$` (the context), `$$` (the input) or, for `%`, the label of a step.
final class VariableNode: Node, @unchecked Sendable {
    let name: String
    let symbol: Int32

    init(_ syntax: Syntax, name: String, symbol: Int32) {
        self.name = name
        self.symbol = symbol
        super.init(syntax)
    }

    override func run(_ input: Value, _ frame: Frame, _ evaluator: Evaluator) throws(ExpressionError) -> Value {
        guard name.utf8.isEmpty else { return evaluator.variable(symbol, frame) }
        if case .array(let box) = input, box.isOuterWrapper { return box.items.first ?? .undefined }
        return input
    }
}

/// `*`: the values of an object's members.
final class WildcardNode: Node, @unchecked Sendable {
    override func run(_ input: Value, _: Frame, _ evaluator: Evaluator) throws(ExpressionError) -> Value {
        var source = input
        if case .array(let box) = input, box.isOuterWrapper, let inner = box.items.first { source = inner }
        let result = ArrayBox(isSequence: true)
        func add(_ value: Value) throws(ExpressionError) {
            try evaluator.charge()
            guard let items = value.elements else {
                result.items.append(value)
                return
            }
            try Self.flatten(items, into: result, evaluator)
            // What holds arrays is an array itself and no sequence.
            result.isSequence = false
        }
        if let items = source.elements {
            for item in items { try add(item) }
        } else {
            try source.forEachMember { (_, value) throws(ExpressionError) in try add(value) }
        }
        return .array(result)
    }

    private static func flatten(
        _ items: [Value], into result: ArrayBox, _ evaluator: Evaluator
    ) throws(ExpressionError) {
        for item in items {
            try evaluator.charge()
            if let nested = item.elements {
                try flatten(nested, into: result, evaluator)
            } else {
                result.items.append(item)
            }
        }
    }
}

/// `**`: the context and everything below it.
final class DescendantNode: Node, @unchecked Sendable {
    override func run(_ input: Value, _: Frame, _ evaluator: Evaluator) throws(ExpressionError) -> Value {
        if input.isUndefined { return .undefined }
        let result = ArrayBox(isSequence: true)
        try Self.gather(input, into: result, evaluator, depth: 0)
        return result.items.count == 1 ? result.items[0] : .array(result)
    }

    private static func gather(
        _ value: Value, into result: ArrayBox, _ evaluator: Evaluator, depth: Int
    ) throws(ExpressionError) {
        try evaluator.charge()
        guard depth < Value.maximumNesting else {
            throw ExpressionError("U1001", value: "the value is nested more than \(Value.maximumNesting) levels")
        }
        if value.isArray {
            try value.forEach { (item) throws(ExpressionError) in
                try gather(item, into: result, evaluator, depth: depth + 1)
            }
            return
        }
        result.items.append(value)
        try value.forEachMember { (_, member) throws(ExpressionError) in
            try gather(member, into: result, evaluator, depth: depth + 1)
        }
    }
}

/// A node with predicates or a group-by that is not part of a path.
final class RefinedNode: Node, @unchecked Sendable {
    let base: Node
    let predicates: [Node]
    let group: ObjectNode?

    init(_ syntax: Syntax, base: Node, predicates: [Node], group: ObjectNode?) {
        self.base = base
        self.predicates = predicates
        self.group = group
        super.init(syntax)
    }

    override func run(_ input: Value, _ frame: Frame, _ evaluator: Evaluator) throws(ExpressionError) -> Value {
        var result = try base.run(input, frame, evaluator)
        for predicate in predicates { result = try evaluator.filter(result, predicate, frame) }
        if let group { result = try group.group(result, frame, evaluator) }
        return result
    }

    override var children: [Node] { [base] + predicates + (group.map { [$0] } ?? []) }
}

final class BlockNode: Node, @unchecked Sendable {
    let expressions: [Node]

    init(_ syntax: Syntax, _ expressions: [Node]) {
        self.expressions = expressions
        super.init(syntax)
    }

    override func run(_ input: Value, _ frame: Frame, _ evaluator: Evaluator) throws(ExpressionError) -> Value {
        let scope = Frame(frame)
        var result = Value.undefined
        for expression in expressions { result = try evaluator.evaluate(expression, input, scope) }
        return result
    }

    override var children: [Node] { expressions }
}

final class BindNode: Node, @unchecked Sendable {
    let symbol: Int32
    let value: Node

    init(_ syntax: Syntax, symbol: Int32, value: Node) {
        self.symbol = symbol
        self.value = value
        super.init(syntax)
    }

    override func run(_ input: Value, _ frame: Frame, _ evaluator: Evaluator) throws(ExpressionError) -> Value {
        let result = try evaluator.evaluate(value, input, frame)
        frame.bind(symbol, result)
        return result
    }

    override var children: [Node] { [value] }
}

/// `? :`, and `?:` and `??` where `then` is the condition's own value.
final class ConditionNode: Node, @unchecked Sendable {
    enum Test: Sendable { case truth, truthOrDefault, existsOrDefault }

    let test: Test
    let condition: Node
    let then: Node?
    let otherwise: Node?

    init(_ syntax: Syntax, test: Test, condition: Node, then: Node?, otherwise: Node?) {
        self.test = test
        self.condition = condition
        self.then = then
        self.otherwise = otherwise
        super.init(syntax)
    }

    override func run(_ input: Value, _ frame: Frame, _ evaluator: Evaluator) throws(ExpressionError) -> Value {
        let value = try evaluator.evaluate(condition, input, frame)
        switch test {
        case .truth:
            let chosen = value.truth ?? false ? then : otherwise
            guard let chosen else { return .undefined }
            return try evaluator.evaluate(chosen, input, frame)
        case .truthOrDefault: if value.truth ?? false { return value }
        case .existsOrDefault: if !value.isUndefined { return value }
        }
        guard let otherwise else { return .undefined }
        return try evaluator.evaluate(otherwise, input, frame)
    }

    override var children: [Node] { [condition] + [then, otherwise].compactMap { $0 } }
}
