extension BodyShape {
    /// What a JSONata expression makes.
    init(_ expression: Expression) { self = Self.shape(of: expression.root) }

    private static func shape(of node: Node) -> BodyShape {
        guard !node.keepArray || node is PathNode else { return .unknown }
        switch node {
        case is LiteralNode, is NegationNode: return .scalar
        case let binary as BinaryNode: return binary.op == .range ? .array(of: .scalar) : .scalar
        case let object as ObjectNode: return shape(of: object)
        case let array as ArrayNode: return shape(of: array)
        case let path as PathNode: return shape(of: path)
        case let block as BlockNode: return block.expressions.last.map { shape(of: $0) } ?? .unknown
        case let bind as BindNode: return shape(of: bind.value)
        case let refined as RefinedNode: return refined.group.map { shape(of: $0) } ?? .unknown
        case let condition as ConditionNode:
            // A branch that is not there gives nothing.
            guard let otherwise = condition.otherwise else { return condition.then.map { shape(of: $0) } ?? .unknown }
            return shape(of: condition.test == .truth ? condition.then ?? condition.condition : condition.condition)
                .union(shape(of: otherwise))
        default: return .unknown
        }
    }

    /// An object constructor makes one object, also of many items: those of one key are grouped.
    private static func shape(of object: ObjectNode) -> BodyShape {
        var members: [(name: String, shape: BodyShape)] = []
        for pair in object.pairs {
            guard let literal = pair.key as? LiteralNode, case .string(let name) = literal.literal else {
                return .unknown
            }
            members.append((name, shape(of: pair.value)))
        }
        return .object(members)
    }

    private static func shape(of array: ArrayNode) -> BodyShape {
        guard array.items.count == 1, let item = array.items.first, !item.isArrayLiteral else { return .unknown }
        switch shape(of: item.node) {
        case .object(let members): return .array(of: .object(members))
        // An array's elements become those of the one around it.
        case .array(let element), .sequence(let element): return .array(of: element)
        case .scalar, .unknown: return .unknown
        }
    }

    /// A path that ends in an object constructor: one object for each item.
    private static func shape(of path: PathNode) -> BodyShape {
        let keepsArray = path.keepArray || path.keepSingletonArray
        if let group = path.group { return keepsArray ? .unknown : shape(of: group) }
        guard let last = path.steps.last, let object = last.node as? ObjectNode, !object.keepArray,
            !path.isTuple, path.steps.allSatisfy({ !$0.isTuple && $0.focus == nil && $0.index == nil }),
            case .object(let members) = shape(of: object)
        else { return .unknown }
        return keepsArray ? .array(of: .object(members)) : .sequence(of: .object(members))
    }
}
