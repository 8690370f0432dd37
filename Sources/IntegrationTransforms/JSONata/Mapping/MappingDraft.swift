internal import IntegrationDocument

/// A mapping plan while it is made.
struct MappingDraft {
    private(set) var steps: [MappingPlan.Step] = []
    private(set) var plans: [MappingPlan] = []
    private(set) var nodes: [Node] = []
    private(set) var direct = DirectDraft()

    /// Constructors within constructors.
    private static let maximumDepth = 8
    /// Positions that a step can hold.
    private static let positions = -1_000_000.0...1_000_000.0

    /// False where a key is no constant or stands twice.
    mutating func append(_ object: ObjectNode, key: Word?, depth: Int) -> Bool {
        guard depth <= Self.maximumDepth else { return false }
        var names: [String] = []
        steps.append(MappingPlan.Step(kind: .open, key: key ?? .missing))
        for pair in object.pairs {
            guard let literal = pair.key as? LiteralNode, case .string(let name) = literal.literal,
                let word = literal.word, !names.contains(where: { Text.equal($0, name) })
            else { return false }
            names.append(name)
            append(pair.value, key: word, depth: depth)
        }
        steps.append(MappingPlan.Step(kind: .close))
        return true
    }

    private mutating func append(_ node: Node, key: Word, depth: Int) {
        if !node.keepArray {
            let before = self
            if appendQuick(node, key: key, depth: depth) { return }
            self = before
        }
        append(MappingPlan.Step(kind: .general, key: key), node)
    }

    /// Appends a step with the node that is evaluated where the step can't say.
    private mutating func append(_ step: MappingPlan.Step, _ node: Node) {
        var step = step
        step.node = Int32(nodes.count)
        nodes.append(node)
        steps.append(step)
    }

    private mutating func appendQuick(_ node: Node, key: Word, depth: Int) -> Bool {
        switch node {
        case let literal as LiteralNode:
            guard let word = literal.word else { return false }
            steps.append(MappingPlan.Step(kind: .word, key: key, word: word))
            return true
        case let object as ObjectNode: return append(object, key: key, depth: depth + 1)
        case let path as PathNode: return append(path, key: key)
        case let array as ArrayNode: return append(array, key: key)
        default:
            guard let index = direct.add(node, isPlanned: true) else { return false }
            append(MappingPlan.Step(kind: .direct, index: index, key: key), node)
            return true
        }
    }

    private mutating func append(_ array: ArrayNode, key: Word) -> Bool {
        guard !array.items.contains(where: \.isArrayLiteral),
            let index = direct.addList(array.items.map(\.node), isPlanned: true)
        else { return false }
        append(MappingPlan.Step(kind: .array, index: index, key: key), array)
        return true
    }

    private mutating func append(_ path: PathNode, key: Word) -> Bool {
        if let names = path.names {
            if names.count == 1 {
                steps.append(MappingPlan.Step(kind: .slot, slot: direct.slot(names[0]), key: key))
            } else {
                let index = direct.addPath(names, isPlanned: true)
                append(MappingPlan.Step(kind: .path, index: index, key: key), path)
            }
            return true
        }
        guard var shape = DirectDraft.shape(path) else { return false }
        var step = MappingPlan.Step(kind: .stream, keepsArray: path.keepSingletonArray, key: key)
        if shape.test == nil, shape.last == nil, shape.names.count == 1 {
            step.kind = .kept
            step.index = direct.addPath(shape.names, isPlanned: true)
            append(step, path)
            return true
        }
        if let object = shape.last as? ObjectNode, !object.keepArray {
            guard let plan = MappingPlan(object) else { return false }
            step.plan = .passUnretained(plan)
            plans.append(plan)
            shape.last = nil
        } else if !direct.hasElement(&shape) {
            return false
        }
        if let literal = shape.test as? LiteralNode, case .number(let number) = literal.literal {
            guard Self.positions.contains(number) else { return false }
            step.position = Int32(number.rounded(.down))
            shape.test = nil
        }
        guard let index = direct.addStream(shape, isPlanned: true) else { return false }
        step.index = index
        append(step, path)
        return true
    }
}
