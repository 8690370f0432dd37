internal import IntegrationCore

/// Follows the paths of an expression through what is known of its input.
struct PathInference {
    /// What is known of a value.
    private enum Shape {
        case unknown
        case known(SchemaOutline.Place)
    }

    private let outline: SchemaOutline
    private let expression: Expression
    private let root: Shape
    /// What may be missing on purpose, as in `$exists(a)` and `a ?? b`.
    private var isGuarded = false
    private(set) var mistakes: [ExpressionDiagnostic] = []

    init(_ expression: Expression, _ outline: SchemaOutline) {
        self.expression = expression
        self.outline = outline
        root = .known(outline.body)
    }

    /// Looks at the whole expression.
    mutating func check() { _ = infer(expression.root, root) }

    // MARK: Nodes

    @discardableResult
    private mutating func infer(_ node: Node, _ context: Shape) -> Shape {
        switch node {
        case let name as NameNode: return member(name, context)
        case let variable as VariableNode:
            switch variable.name {
            case "": return context
            case "$": return root
            default: return .unknown
            }
        case let path as PathNode: return follow(path, context).shape
        case let refined as RefinedNode:
            let base = infer(refined.base, context)
            for predicate in refined.predicates { infer(predicate, base) }
            if let group = refined.group {
                members(of: group, base)
                return .unknown
            }
            return base
        case let condition as ConditionNode:
            if condition.test == .truth {
                infer(condition.condition, context)
            } else {
                guarded { $0.infer(condition.condition, context) }
            }
            for branch in [condition.then, condition.otherwise] { if let branch { infer(branch, context) } }
        case let call as CallNode:
            infer(call.procedure, .unknown)
            for argument in call.arguments {
                if call.builtin == .exists {
                    guarded { $0.infer(argument, context) }
                } else {
                    infer(argument, context)
                }
            }
        case let object as ObjectNode: members(of: object, context)
        case let block as BlockNode:
            var last = Shape.unknown
            for part in block.expressions { last = infer(part, context) }
            return last
        case is BinaryNode, is NegationNode, is ArrayNode, is BindNode, is LambdaNode, is PartialNode, is ApplyNode:
            for child in node.children { infer(child, context) }
        default:
            for child in node.children { infer(child, .unknown) }
        }
        return .unknown
    }

    private mutating func guarded(_ body: (inout PathInference) -> Void) {
        let outer = isGuarded
        isGuarded = true
        body(&self)
        isGuarded = outer
    }

    /// - Returns: what is known of the path's value, and the step before its last that is an array, of which it may give
    ///   one element alone.
    private mutating func follow(_ path: PathNode, _ context: Shape) -> (shape: Shape, array: NameNode?) {
        var shape = context
        var array: NameNode?
        var isTuple = false
        for (index, step) in path.steps.enumerated() {
            if let sort = step.sort {
                for term in sort.children { infer(term, shape) }
                continue
            }
            let next = infer(step.node, shape)
            // Behind `@`, `#` and `%` contexts are others than here.
            isTuple = isTuple || step.isTuple || step.focus != nil || step.index != nil || step.ancestor != nil
            shape = isTuple ? .unknown : next
            if index < path.steps.count - 1, let name = step.node as? NameNode, case .known(let place) = shape,
                outline.isArray(place), outline.canBeSingle(place)
            {
                array = name
            }
            for case .filter(let predicate) in step.stages { infer(predicate, shape) }
        }
        guard let group = path.group else { return (shape, array) }
        members(of: group, shape)
        return (.unknown, nil)
    }

    /// The members of an object constructor, each in the context of one element.
    private mutating func members(of object: ObjectNode, _ context: Shape) {
        for pair in object.pairs {
            infer(pair.key, context)
            guard let path = pair.value as? PathNode else {
                infer(pair.value, context)
                continue
            }
            // A predicate may mean the one element that it finds.
            let array = follow(path, context).array
            if let array, path.isPlain { mistakes.append(.collapsing(array)) }
        }
    }

    private mutating func member(_ node: NameNode, _ context: Shape) -> Shape {
        guard case .known(let place) = context else { return .unknown }
        switch outline.member(node.name.text, of: place, mapsArrays: true) {
        case .unknown: return .unknown
        case .possible(let found): return .known(found)
        case .absent:
            if !isGuarded {
                mistakes.append(
                    ExpressionDiagnostic(
                        severity: .error, message: outline.absence(of: node.name.text, in: place),
                        offset: node.start, length: node.end - node.start))
            }
            return .unknown
        }
    }
}

extension ExpressionDiagnostic {
    /// JSONata's well-known trap: a path that gives an array, or its element alone where it has one.
    static func collapsing(_ array: NameNode) -> ExpressionDiagnostic {
        let name = array.name.text
        return ExpressionDiagnostic(
            severity: .warning,
            message: "`\(name)` is an array, but where it has one element the path gives that element alone",
            offset: array.start, length: array.end - array.start,
            help: "write `\(name)[]`, or `[ … ]` around the path, to keep an array")
    }
}
