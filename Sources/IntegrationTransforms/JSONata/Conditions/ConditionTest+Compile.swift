internal import IntegrationDocument

extension ConditionTest {
    /// The test that says the same as a node; nil where the node is more than this can say.
    init?(_ node: Node) {
        switch node {
        case let block as BlockNode where block.expressions.count == 1 && !block.keepArray:
            self.init(block.expressions[0])
        case let binary as BinaryNode: self.init(binary)
        case let call as CallNode:
            guard let builtin = call.builtin, call.arguments.count == 1 else { return nil }
            switch builtin {
            case .not:
                guard let inner = ConditionTest(call.arguments[0]) else { return nil }
                self = .not(inner)
            case .boolean: self.init(call.arguments[0])
            case .exists:
                guard let path = Path(call.arguments[0]) else { return nil }
                self = .exists(path)
            default: return nil
            }
        default:
            guard let path = Path(node) else { return nil }
            self = .truth(path)
        }
    }

    private init?(_ node: BinaryNode) {
        switch node.op {
        case .and, .or:
            guard let left = ConditionTest(node.left), let right = ConditionTest(node.right) else { return nil }
            self = node.op == .and ? .and(left, right) : .or(left, right)
        case .in:
            guard let path = Path(node.left), let list = node.right as? ArrayNode else { return nil }
            self.init(path, list)
        default:
            guard let comparison = Comparison(node.op) else { return nil }
            if let path = Path(node.left), let literal = node.right as? LiteralNode {
                self.init(path, comparison, literal)
            } else if let path = Path(node.right), let literal = node.left as? LiteralNode {
                self.init(path, comparison.mirrored, literal)
            } else {
                return nil
            }
        }
    }

    private init?(_ path: Path, _ comparison: Comparison, _ literal: LiteralNode) {
        let isEqual = comparison == .equal
        switch literal.literal {
        case .number(let number): self = .number(path, comparison, number)
        case .string(let text):
            guard comparison.isEquality else { return nil }
            self = .string(path, Name(text), isEqual: isEqual)
        case .bool(let bool):
            guard comparison.isEquality else { return nil }
            self = .literal(path, bool ? .true : .false, isEqual: isEqual)
        case .null:
            guard comparison.isEquality else { return nil }
            self = .literal(path, .null, isEqual: isEqual)
        }
    }

    private init?(_ path: Path, _ list: ArrayNode) {
        var strings: [Name] = []
        var numbers: [Double] = []
        for item in list.items {
            guard let literal = item.node as? LiteralNode else { return nil }
            switch literal.literal {
            case .string(let text): strings.append(Name(text))
            case .number(let number): numbers.append(number)
            case .bool, .null: return nil
            }
        }
        self = .anyOf(path, strings: strings, numbers: numbers)
    }
}

extension ConditionTest.Comparison {
    init?(_ op: BinaryOperator) {
        switch op {
        case .less: self = .less
        case .lessOrEqual: self = .lessOrEqual
        case .greater: self = .greater
        case .greaterOrEqual: self = .greaterOrEqual
        case .equal: self = .equal
        case .notEqual: self = .notEqual
        default: return nil
        }
    }
}

extension ConditionTest.Path {
    /// Plain names, also behind `$.`; nil for any other node.
    convenience init?(_ node: Node) {
        guard let path = node as? PathNode, !path.keepArray else { return nil }
        if let names = path.names {
            self.init(names)
            return
        }
        guard path.group == nil, !path.keepSingletonArray, let first = path.steps.first?.node as? VariableNode,
            first.name.utf8.isEmpty, !first.keepArray, path.steps[0].stages.isEmpty, !path.steps[0].isTuple
        else { return nil }
        let names = path.steps.dropFirst().compactMap(\.name)
        guard !names.isEmpty, names.count == path.steps.count - 1 else { return nil }
        self.init(names)
    }
}
