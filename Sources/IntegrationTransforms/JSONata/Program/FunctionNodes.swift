internal import IntegrationDocument

final class LambdaNode: Node, @unchecked Sendable {
    let parameters: [Int32]
    let signature: Signature?
    let body: Node

    init(_ syntax: Syntax, parameters: [Int32], body: Node) {
        self.parameters = parameters
        signature = syntax.signature
        self.body = body
        super.init(syntax)
    }

    override func run(_ input: Value, _ frame: Frame, _: Evaluator) throws(ExpressionError) -> Value {
        .function(FunctionBox(.lambda(self, input: input, frame: frame)))
    }

    override var children: [Node] { [body] }
}

/// `procedure(arguments)`.
final class CallNode: Node, @unchecked Sendable {
    let procedure: Node
    let arguments: [Node]
    /// Whether the caller's loop makes this call.
    let isTail: Bool
    /// What errors call the function.
    let name: String
    /// The built-in function that is called, where nothing in the expression binds its name.
    let builtin: Builtin?
    /// The symbol that the procedure would be with a `$` before it.
    let bareSymbol: Int32?
    /// Whether it calls a built-in function that calls no other, with all its arguments: nothing is left to a loop then.
    private let isComplete: Bool

    init(
        _ syntax: Syntax, procedure: Node, arguments: [Node], name: String, builtin: Builtin?, bareSymbol: Int32?
    ) {
        self.procedure = procedure
        self.arguments = arguments
        isComplete = builtin.map { $0.callsNothing && arguments.count == $0.signature.parameters.count } ?? false
        isTail = syntax.isThunk && syntax.group == nil && !syntax.keepArray
        self.name = name
        self.builtin = builtin
        self.bareSymbol = bareSymbol
        super.init(syntax)
    }

    override var children: [Node] { [procedure] + arguments }

    override func run(_ input: Value, _ frame: Frame, _ evaluator: Evaluator) throws(ExpressionError) -> Value {
        if isTail, !isComplete || evaluator.overridesBuiltins {
            return .function(FunctionBox(.thunk(self, input: input, frame: frame)))
        }
        return try call(input, frame, applyingTo: nil, evaluator)
    }

    /// Calls the function, with `first` as its first argument where that is given (`~>`).
    func call(
        _ input: Value, _ frame: Frame, applyingTo first: Value?, _ evaluator: Evaluator
    ) throws(ExpressionError) -> Value {
        if let builtin, !evaluator.overridesBuiltins {
            let values = try values(input, frame, first, evaluator)
            if builtin == .eval { evaluator.evalFrame = frame }
            do {
                let checked = try evaluator.check(values, builtin.signature, context: input)
                return try builtin.call(checked, context: input, evaluator)
            } catch {
                throw named(error)
            }
        }
        let function = try function(input, frame, evaluator)
        let values = try values(input, frame, first, evaluator)
        guard let function else { throw named(error("T1006")) }
        if case .builtin(.eval) = function.kind { evaluator.evalFrame = frame }
        do {
            return try evaluator.apply(function, values, context: input)
        } catch {
            throw named(error)
        }
    }

    /// Makes the call of a tail position: the function's own tail call is left to the loop again.
    func performTail(
        _ input: Value, _ frame: Frame, context: Value, _ evaluator: Evaluator
    ) throws(ExpressionError) -> Value {
        let function = try function(input, frame, evaluator)
        let values = try values(input, frame, nil, evaluator)
        guard let function else { throw named(error("T1006")) }
        if case .builtin(.eval) = function.kind { evaluator.evalFrame = frame }
        do {
            return try evaluator.applyOnce(function, values, context: context)
        } catch {
            throw named(error, end: procedure.end)
        }
    }

    private func function(
        _ input: Value, _ frame: Frame, _ evaluator: Evaluator
    ) throws(ExpressionError) -> FunctionBox? {
        let value = try evaluator.evaluate(procedure, input, frame)
        if case .function(let function) = value { return function }
        if value.isUndefined, let bareSymbol, evaluator.variable(bareSymbol, frame).truth != nil {
            throw error("T1005", token: name)
        }
        return nil
    }

    private func values(
        _ input: Value, _ frame: Frame, _ first: Value?, _ evaluator: Evaluator
    ) throws(ExpressionError) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(arguments.count + 1)
        if let first { values.append(first) }
        for argument in arguments {
            let value = try evaluator.evaluate(argument, input, frame)
            if case .function(let function) = value {
                values.append(.function(FunctionBox(.passed(function))))
            } else {
                values.append(value)
            }
        }
        return values
    }

    /// - Parameter end: where jsonata-js says that the error is; the end of the call's parenthesis when left out.
    private func named(_ error: ExpressionError, end: Int? = nil) -> ExpressionError {
        let placed = error.placed(at: procedure.start, end: end ?? self.end)
        return placed.hasToken ? placed : placed.with(token: name)
    }
}

/// `f(a, ?)`: a function with some of its arguments given.
final class PartialNode: Node, @unchecked Sendable {
    let procedure: Node
    /// Nil where an argument is open.
    let arguments: [Node?]
    let name: String
    let bareSymbol: Int32?

    init(_ syntax: Syntax, procedure: Node, arguments: [Node?], name: String, bareSymbol: Int32?) {
        self.procedure = procedure
        self.arguments = arguments
        self.name = name
        self.bareSymbol = bareSymbol
        super.init(syntax)
    }

    override var children: [Node] { [procedure] + arguments.compactMap { $0 } }

    override func run(_ input: Value, _ frame: Frame, _ evaluator: Evaluator) throws(ExpressionError) -> Value {
        var given: [Value?] = []
        for argument in arguments {
            guard let argument else {
                given.append(nil)
                continue
            }
            given.append(.some(try evaluator.evaluate(argument, input, frame)))
        }
        let value = try evaluator.evaluate(procedure, input, frame)
        guard case .function(let function) = value else {
            if value.isUndefined, let bareSymbol, evaluator.variable(bareSymbol, frame).truth != nil {
                throw error("T1007", token: name)
            }
            throw error("T1008", token: name)
        }
        return .function(FunctionBox(.partial(function.inner, given)))
    }
}

/// `value ~> function` and `function ~> function`.
final class ApplyNode: Node, @unchecked Sendable {
    let argument: Node
    let function: Node

    init(_ syntax: Syntax, argument: Node, function: Node) {
        self.argument = argument
        self.function = function
        super.init(syntax)
    }

    override var children: [Node] { [argument, function] }

    override func run(_ input: Value, _ frame: Frame, _ evaluator: Evaluator) throws(ExpressionError) -> Value {
        let value = try evaluator.evaluate(argument, input, frame)
        if let call = function as? CallNode {
            return try call.call(input, frame, applyingTo: value, evaluator)
        }
        let target = try evaluator.evaluate(function, input, frame)
        guard case .function(let function) = target else { throw error("T2006", token: "~>", value: target) }
        if case .function(let first) = value { return .function(FunctionBox(.chain(first, function))) }
        do {
            return try evaluator.apply(function, [value], context: .null)
        } catch {
            throw error.placed(at: start, end: end)
        }
    }
}

/// `|pattern|update, deletions|`.
final class TransformNode: Node, @unchecked Sendable {
    let pattern: Node
    let update: Node
    let deletions: Node?
    let cloneSymbol: Int32

    static let signature = Builtin.parse("<(oa):o>")

    init(_ syntax: Syntax, pattern: Node, update: Node, deletions: Node?, cloneSymbol: Int32) {
        self.pattern = pattern
        self.update = update
        self.deletions = deletions
        self.cloneSymbol = cloneSymbol
        super.init(syntax)
    }

    override var children: [Node] { [pattern, update] + (deletions.map { [$0] } ?? []) }

    override func run(_: Value, _ frame: Frame, _: Evaluator) throws(ExpressionError) -> Value {
        .function(FunctionBox(.transform(self, frame)))
    }

    /// Checks the argument and transforms it.
    func transform(
        _ arguments: [Value], context: Value, _ frame: Frame, _ evaluator: Evaluator
    ) throws(ExpressionError) -> Value {
        let checked: [Value]
        do {
            checked = try evaluator.check(arguments, Self.signature, context: context)
        } catch {
            throw error.with(token: "a transform")
        }
        return try transform(checked.first ?? .undefined, frame, evaluator)
    }

    /// A copy of the value with the update merged into each object that the pattern finds.
    private func transform(_ value: Value, _ frame: Frame, _ evaluator: Evaluator) throws(ExpressionError) -> Value {
        if value.isUndefined { return .undefined }
        guard case .function(let clone) = evaluator.variable(cloneSymbol, frame) else { throw error("T2013") }
        let result = try evaluator.apply(clone, [value], context: .null)
        let matches = try evaluator.evaluate(pattern, result, frame)
        if matches.isUndefined { return result }
        for match in matches.items {
            let change = try evaluator.evaluate(update, match, frame)
            if !change.isUndefined {
                guard change.isObject else {
                    throw ExpressionError("T2011", at: update.start, end: update.end, value: change.summary)
                }
                if case .object(let box) = match { for (key, value) in change.members { box.set(key, value) } }
            }
            guard let deletions else { continue }
            let keys = try evaluator.evaluate(deletions, match, frame)
            if keys.isUndefined { continue }
            for key in keys.items where !key.isString {
                throw ExpressionError("T2012", at: deletions.start, end: deletions.end, value: keys.summary)
            }
            if case .object(let box) = match { for key in keys.items { box.remove(key.string ?? "") } }
        }
        return result
    }
}
