internal import IntegrationDocument

/// A function as a value.
final class FunctionBox {
    enum Kind {
        case builtin(Builtin)
        case lambda(LambdaNode, input: Value, frame: Frame)
        /// A call in tail position, still to be made by the caller's loop.
        case thunk(CallNode, input: Value, frame: Frame)
        /// A function with some arguments given; nil where one is open.
        case partial(FunctionBox, [Value?])
        /// A function that was passed as an argument: called without a context.
        case passed(FunctionBox)
        /// `f ~> g`.
        case chain(FunctionBox, FunctionBox)
        case regex(RegexNode)
        /// What a match offers as `next`.
        case nextMatch(MatchCursor)
        case transform(TransformNode, Frame)
    }

    let kind: Kind

    init(_ kind: Kind) { self.kind = kind }

    /// Number of arguments that the function declares.
    var arity: Int {
        switch kind {
        case .builtin(let builtin): builtin.arity
        case .lambda(let node, _, _): node.parameters.count
        case .thunk, .nextMatch: 0
        case .partial(_, let arguments): arguments.filter { if case .none = $0 { true } else { false } }.count
        case .passed(let function): function.arity
        case .regex: 2
        case .transform, .chain: 1
        }
    }

    /// The function behind the wrappers of arguments.
    var inner: FunctionBox {
        if case .passed(let function) = kind { return function.inner }
        return self
    }
}

/// The variables of a block, a call or a row; looked up from the innermost outwards.
final class Frame {
    private var names: [Int32]
    private var values: [Value]
    private let parent: Frame?

    init(_ parent: Frame?, names: [Int32] = [], values: [Value] = []) {
        self.parent = parent
        self.names = names
        self.values = values
    }

    func bind(_ name: Int32, _ value: Value) {
        if let known = names.firstIndex(of: name) {
            values[known] = value
        } else {
            names.append(name)
            values.append(value)
        }
    }

    /// The value bound to a name; nil where no frame binds it.
    func lookup(_ name: Int32) -> Value? {
        var frame: Frame? = self
        while let current = frame {
            if let slot = current.names.firstIndex(of: name) { return current.values[slot] }
            frame = current.parent
        }
        return nil
    }
}

/// The names of variables as numbers.
struct Symbols: Sendable {
    private(set) var names: [String] = []
    private(set) var builtins: [Builtin?] = []
    private var numbers: [TextKey: Int32] = [:]

    mutating func number(_ name: String) -> Int32 {
        if let known = numbers[TextKey(name)] { return known }
        let number = Int32(names.count)
        names.append(name)
        builtins.append(Builtin.named(name))
        numbers[TextKey(name)] = number
        return number
    }
}
