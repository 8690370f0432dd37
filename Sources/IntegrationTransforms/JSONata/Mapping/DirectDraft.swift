internal import IntegrationDocument

/// A direct program while it is made.
struct DirectDraft {
    private(set) var operations: [DirectOperation] = []
    private(set) var operands: [Int32] = []
    private(set) var names: [Name] = []
    /// The members of the plan's input that are looked up together; the slot of each is its index.
    private(set) var keys: [String] = []

    /// Operations within operations.
    private static let maximumDepth = 32
    /// Operands of one operation.
    static let mostOperands = 32

    mutating func slot(_ name: Name) -> Int32 {
        if let known = keys.firstIndex(where: { Text.equal($0, name.text) }) { return Int32(known) }
        keys.append(name.text)
        return Int32(keys.count - 1)
    }

    /// The operation that gives the node's value; nil, with nothing added, where the node needs the whole evaluation.
    ///
    /// - Parameter isPlanned: whether the node's context is the plan's input, whose members have slots.
    mutating func add(_ node: Node, isPlanned: Bool) -> Int32? {
        let before = self
        if let made = make(node, isPlanned, 1) { return made }
        self = before
        return nil
    }

    /// The operation for a path of plain names.
    mutating func addPath(_ names: [Name], isPlanned: Bool) -> Int32 { append(of: .path, names, isPlanned) }

    /// An operation with the nodes as its operands; nil where one of them needs the whole evaluation.
    mutating func addList(_ nodes: [Node], isPlanned: Bool) -> Int32? {
        makeMany(.list, nodes, isPlanned, 1)
    }

    private mutating func append(_ operation: DirectOperation) -> Int32 {
        operations.append(operation)
        return Int32(operations.count - 1)
    }

    // MARK: Nodes

    private mutating func make(_ node: Node, _ isPlanned: Bool, _ depth: Int) -> Int32? {
        guard depth <= Self.maximumDepth, !node.keepArray else { return nil }
        switch node {
        case let literal as LiteralNode: return make(literal)
        case let variable as VariableNode:
            return variable.name.utf8.isEmpty ? append(DirectOperation(kind: .context)) : nil
        case let path as PathNode:
            guard let names = path.names else { return nil }
            return append(of: .path, names, isPlanned)
        case let block as BlockNode:
            return block.expressions.count == 1 ? make(block.expressions[0], isPlanned, depth + 1) : nil
        case let negation as NegationNode: return make(.negate, [negation.operand], isPlanned, depth)
        case let binary as BinaryNode: return make(binary, isPlanned, depth)
        case let condition as ConditionNode: return make(condition, isPlanned, depth)
        case let call as CallNode: return make(call, isPlanned, depth)
        default: return nil
        }
    }

    private mutating func make(_ literal: LiteralNode) -> Int32? {
        if case .number(let number) = literal.literal {
            return append(DirectOperation(kind: .number, number: number, word: literal.word ?? .missing))
        }
        guard let word = literal.word, word.kind != .escapedString else { return nil }
        return append(DirectOperation(kind: .literal, word: word))
    }

    private mutating func append(of kind: DirectOperation.Kind, _ path: [Name], _ isPlanned: Bool) -> Int32 {
        var operation = DirectOperation(kind: kind)
        if isPlanned { operation.slot = slot(path[0]) }
        operation.first = Int32(names.count)
        names += isPlanned ? Array(path.dropFirst()) : path
        operation.second = Int32(names.count)
        return append(operation)
    }

    private mutating func make(
        _ kind: DirectOperation.Kind, _ nodes: [Node], _ isPlanned: Bool, _ depth: Int
    ) -> Int32? {
        var operation = DirectOperation(kind: kind)
        guard let first = make(nodes[0], isPlanned, depth + 1) else { return nil }
        operation.first = first
        if nodes.count > 1 {
            guard let second = make(nodes[1], isPlanned, depth + 1) else { return nil }
            operation.second = second
        }
        if nodes.count > 2 {
            guard let third = make(nodes[2], isPlanned, depth + 1) else { return nil }
            operation.third = third
        }
        return append(operation)
    }

    /// An operation with any number of operands.
    private mutating func makeMany(
        _ kind: DirectOperation.Kind, _ nodes: [Node], third: Int32 = -1, _ isPlanned: Bool, _ depth: Int
    ) -> Int32? {
        guard nodes.count <= Self.mostOperands else { return nil }
        var made: [Int32] = []
        for node in nodes {
            guard let one = make(node, isPlanned, depth + 1) else { return nil }
            made.append(one)
        }
        let first = Int32(operands.count)
        operands += made
        return append(DirectOperation(kind: kind, first: first, second: Int32(operands.count), third: third))
    }

    private mutating func make(_ binary: BinaryNode, _ isPlanned: Bool, _ depth: Int) -> Int32? {
        let kind: DirectOperation.Kind
        switch binary.op {
        case .add: kind = .add
        case .subtract: kind = .subtract
        case .multiply: kind = .multiply
        case .divide: kind = .divide
        case .remainder: kind = .remainder
        case .less: kind = .less
        case .lessOrEqual: kind = .lessOrEqual
        case .greater: kind = .greater
        case .greaterOrEqual: kind = .greaterOrEqual
        case .equal: kind = .equal
        case .notEqual: kind = .notEqual
        case .and: kind = .and
        case .or: kind = .or
        case .concatenate: return makeMany(.concatenate, Self.parts(binary), isPlanned, depth)
        case .in:
            guard let list = binary.right as? ArrayNode, list.items.allSatisfy({ $0.node is LiteralNode }),
                let left = make(binary.left, isPlanned, depth + 1)
            else { return nil }
            return makeMany(.anyOf, list.items.map(\.node), third: left, isPlanned, depth)
        case .range: return nil
        }
        return make(kind, [binary.left, binary.right], isPlanned, depth)
    }

    /// The texts of `a & b & c`, which is one text of all.
    private static func parts(_ binary: BinaryNode) -> [Node] {
        guard let left = binary.left as? BinaryNode, left.op == .concatenate, !left.keepArray else {
            return [binary.left, binary.right]
        }
        return parts(left) + [binary.right]
    }

    private mutating func make(_ condition: ConditionNode, _ isPlanned: Bool, _ depth: Int) -> Int32? {
        let kind: DirectOperation.Kind
        var nodes = [condition.condition]
        switch condition.test {
        case .truth:
            guard let then = condition.then else { return nil }
            kind = .condition
            nodes.append(then)
        case .truthOrDefault: kind = .orDefault
        case .existsOrDefault: kind = .ifMissing
        }
        if let otherwise = condition.otherwise { nodes.append(otherwise) }
        return make(kind, nodes, isPlanned, depth)
    }

    private mutating func make(_ call: CallNode, _ isPlanned: Bool, _ depth: Int) -> Int32? {
        guard !call.isTail, call.arguments.count == 1, let argument = call.arguments.first else { return nil }
        let kind: DirectOperation.Kind
        switch call.builtin {
        case .string: kind = .string
        case .uppercase: kind = .uppercase
        case .lowercase: kind = .lowercase
        case .number: kind = .toNumber
        case .floor: kind = .floor
        case .ceil: kind = .ceil
        case .abs: kind = .abs
        case .round: kind = .round
        case .boolean: kind = .boolean
        case .not: kind = .not
        case .exists: kind = .exists
        case .sum: return makeAggregate(.sum, argument, isPlanned)
        case .count: return makeAggregate(.count, argument, isPlanned)
        case .average: return makeAggregate(.average, argument, isPlanned)
        case .max: return makeAggregate(.maximum, argument, isPlanned)
        case .min: return makeAggregate(.minimum, argument, isPlanned)
        default: return nil
        }
        return make(kind, [argument], isPlanned, depth)
    }

    private mutating func makeAggregate(
        _ kind: DirectOperation.Kind, _ argument: Node, _ isPlanned: Bool
    ) -> Int32? {
        guard let path = argument as? PathNode, !path.keepArray else { return nil }
        if let names = path.names, names.count == 1 {
            return append(DirectOperation(kind: kind, first: append(of: .path, names, isPlanned)))
        }
        guard !path.keepSingletonArray, let stream = addStream(path, isPlanned: isPlanned) else { return nil }
        return append(DirectOperation(kind: kind, first: stream))
    }

    // MARK: Streams

    /// The steps of a path through one array: plain names, a test of the items, and what is made of each.
    struct StreamShape {
        var names: [Name]
        var test: Node?
        /// Nil where the items themselves are wanted, or a member of each.
        var last: Node?
        var lastName: Name?
    }

    /// Nil where the path has another shape. A step `name[]` counts as plain: it only keeps single elements arrays.
    static func shape(_ path: PathNode) -> StreamShape? {
        guard path.group == nil, !path.isTuple else { return nil }
        var shape = StreamShape(names: [])
        for (index, step) in path.steps.enumerated() {
            guard !step.isTuple, step.sort == nil, shape.last == nil else { return nil }
            if let name = step.node as? NameNode, shape.test == nil {
                shape.names.append(name.name)
                guard !step.stages.isEmpty else { continue }
                guard step.stages.count == 1, case .filter(let test) = step.stages[0] else { return nil }
                shape.test = test
            } else {
                guard index == path.steps.count - 1, index > 0, step.stages.isEmpty else { return nil }
                shape.last = step.node
            }
        }
        return shape
    }

    /// Sees to it that something is made of each item where no test says which: of `items.price` the price.
    ///
    /// - Returns: false where there is nothing but one name.
    func hasElement(_ shape: inout StreamShape) -> Bool {
        guard shape.test == nil, shape.last == nil else { return true }
        guard shape.names.count > 1 else { return false }
        shape.lastName = shape.names.popLast()
        return true
    }

    /// The stream of a path that goes over the items of one array.
    private mutating func addStream(_ path: PathNode, isPlanned: Bool) -> Int32? {
        guard var shape = Self.shape(path), hasElement(&shape) else { return nil }
        if let literal = shape.test as? LiteralNode, case .number = literal.literal { return nil }
        return addStream(shape, isPlanned: isPlanned)
    }

    /// - Returns: nil where its test or what is made of its items needs the whole evaluation.
    mutating func addStream(_ shape: StreamShape, isPlanned: Bool) -> Int32? {
        var element: Int32 = -1
        if let name = shape.lastName ?? (shape.last as? NameNode)?.name {
            element = addPath([name], isPlanned: false)
        } else if let last = shape.last {
            guard let made = add(last, isPlanned: false) else { return nil }
            element = made
        }
        var test: Int32 = -1
        if let node = shape.test {
            guard let made = add(node, isPlanned: false) else { return nil }
            test = made
        }
        let stream = append(of: .stream, shape.names, isPlanned)
        operations[Int(stream)].third = test
        operations[Int(stream)].fourth = element
        return stream
    }
}
