internal import IntegrationDocument

/// The short way for mappings: an object constructor over one object, written straight into the builder.
///
/// Members that are plain paths are found in one pass over the input and copied as words; `path.{…}` is written
/// element by element; anything else is evaluated as usual, member by member. Where the input has another shape than
/// the plan was made for, it gives up and the whole expression is evaluated.
final class MappingPlan: @unchecked Sendable {
    // Proof of Sendable: the memory is written only in `init`.

    struct Step {
        enum Kind: UInt8 {
            case open, close, word, slot, path, projection, general
        }

        var kind: Kind
        /// Whether the path of a projection keeps a single element an array.
        var keepsArray = false
        /// The member of the input that a value starts from.
        var slot: Int32 = 0
        /// Index among the paths, plans or nodes.
        var index: Int32 = 0
        var key = Word.null
        var word = Word.null
    }

    final class Projection {
        let names: [Name]
        let plan: MappingPlan

        init(names: [Name], plan: MappingPlan) {
            self.names = names
            self.plan = plan
        }
    }

    /// Constructors within constructors.
    private static let maximumDepth = 8

    private let matcher: KeyMatcher
    private let steps: UnsafeMutablePointer<Step>
    private let stepCount: Int
    private let keyCount: Int
    private let paths: [[Name]]
    private let projections: [Projection]
    private let nodes: [Node]
    /// Slots that this plan and the largest of those within it need.
    private let slotCount: Int

    /// Nil where the expression is no object constructor with constant keys, or nothing is interned.
    convenience init?(_ root: Node, literals: Literals?) {
        guard literals != nil else { return nil }
        self.init(root)
    }

    private init?(_ root: Node) {
        guard let object = root as? ObjectNode, !object.keepArray else { return nil }
        var builder = PlanBuilder()
        guard builder.append(object, key: nil, depth: 1) else { return nil }
        matcher = KeyMatcher(builder.keys)
        keyCount = builder.keys.count
        stepCount = builder.steps.count
        steps = .allocate(capacity: stepCount)
        steps.initialize(from: builder.steps, count: stepCount)
        paths = builder.paths
        projections = builder.projections
        nodes = builder.nodes
        slotCount = keyCount + (projections.map(\.plan.slotCount).max() ?? 0)
    }

    deinit { steps.deallocate() }

    private struct PlanBuilder {
        var steps: [Step] = []
        var keys: [String] = []
        var paths: [[Name]] = []
        var projections: [Projection] = []
        var nodes: [Node] = []

        /// False where a key is no constant or stands twice.
        mutating func append(_ object: ObjectNode, key: Word?, depth: Int) -> Bool {
            guard depth <= maximumDepth else { return false }
            var names: [String] = []
            steps.append(Step(kind: .open, key: key ?? .missing))
            for pair in object.pairs {
                guard let literal = pair.key as? LiteralNode, case .string(let name) = literal.literal,
                    let word = literal.word, !names.contains(where: { Text.equal($0, name) })
                else { return false }
                names.append(name)
                append(pair.value, key: word, depth: depth)
            }
            steps.append(Step(kind: .close))
            return true
        }

        private mutating func append(_ node: Node, key: Word, depth: Int) {
            if !node.keepArray {
                if let literal = node as? LiteralNode, let word = literal.word {
                    steps.append(Step(kind: .word, key: key, word: word))
                    return
                }
                if let object = node as? ObjectNode {
                    let before = (steps, keys, paths, projections, nodes)
                    if append(object, key: key, depth: depth + 1) { return }
                    (steps, keys, paths, projections, nodes) = before
                }
                if let path = node as? PathNode, append(path, key: key) { return }
            }
            steps.append(Step(kind: .general, index: Int32(nodes.count), key: key))
            nodes.append(node)
        }

        private mutating func append(_ path: PathNode, key: Word) -> Bool {
            if let names = path.names {
                let slot = slot(names[0])
                if names.count == 1 {
                    steps.append(Step(kind: .slot, slot: slot, key: key))
                } else {
                    steps.append(Step(kind: .path, slot: slot, index: Int32(paths.count), key: key))
                    paths.append(Array(names.dropFirst()))
                }
                return true
            }
            let names = path.steps.dropLast().compactMap { step in step.name ?? Self.keptName(step) }
            guard path.group == nil, !names.isEmpty, names.count == path.steps.count - 1, let last = path.steps.last,
                last.stages.isEmpty, !last.isTuple, let plan = MappingPlan(last.node)
            else { return false }
            steps.append(
                Step(
                    kind: .projection, keepsArray: path.keepSingletonArray, slot: slot(names[0]),
                    index: Int32(projections.count), key: key))
            projections.append(Projection(names: Array(names.dropFirst()), plan: plan))
            return true
        }

        private mutating func slot(_ name: Name) -> Int32 {
            if let known = keys.firstIndex(where: { Text.equal($0, name.text) }) { return Int32(known) }
            keys.append(name.text)
            return Int32(keys.count - 1)
        }

        /// The name of a step `name[]`, which differs from `name` only in what the path makes of one element.
        private static func keptName(_ step: PathStep) -> Name? {
            guard let node = step.node as? NameNode, step.stages.isEmpty, !step.isTuple else { return nil }
            return node.name
        }
    }

    // MARK: Writing

    /// What one evaluation writes with.
    struct Context {
        let expression: Expression
        let input: View
        let bindings: ExpressionBindings
        let budget: ExpressionBudget
        let host: ExpressionHost
        /// Made when the first member needs it.
        var session: MappingSession?
        /// Whether the input's words may be copied as they are.
        let isLocal: Bool
        /// Most words of the result.
        let lastWord: Int
        var failure: ExpressionError?
    }

    typealias Slots = UnsafeMutablePointer<UnsafePointer<Word>?>

    /// Writes the object for the context's input.
    ///
    /// - Returns: false where the input's shape needs the whole evaluation; what was written is then to be taken back.
    func write(_ context: inout Context, into builder: inout Builder) throws(ExpressionError) -> Bool {
        let written = withUnsafeTemporaryAllocation(of: UnsafePointer<Word>?.self, capacity: slotCount + 1) { slots in
            write(context.input, slots.baseAddress.unsafelyUnwrapped, &context, into: &builder)
        }
        if let failure = context.failure { throw failure }
        return written
    }

    private func write(
        _ input: View, _ slots: Slots, _ context: inout Context, into builder: inout Builder
    ) -> Bool {
        guard matcher.find(in: input, slots) else { return false }
        let bases = input.bases
        // The open objects: where each begins and how many members the one around it has so far.
        var open = OpenObjects()
        var count = 0
        var step = UnsafePointer(steps)
        let end = step + stepCount
        while step < end {
            switch step.pointee.kind {
            case .slot:
                if let found = slots[Int(step.pointee.slot)] {
                    builder.append(step.pointee.key)
                    if context.isLocal { builder.copy(found) } else { builder.copy(foreign: View(found, bases)) }
                    count &+= 1
                }
            case .word:
                builder.append(step.pointee.key)
                builder.append(step.pointee.word)
                count &+= 1
            case .open:
                if !step.pointee.key.isMissing { builder.append(step.pointee.key) }
                open.push(mark: builder.open(), count: count)
                count = 0
            case .close:
                let (mark, outer) = open.pop()
                builder.close(mark, .object, count: count)
                count = outer &+ 1
            case .path, .projection, .general:
                let before = builder.count
                builder.append(step.pointee.key)
                guard writeOther(step, input, slots, &context, into: &builder) else { return false }
                if builder.count == before &+ 1 { builder.rewind(to: before) } else { count &+= 1 }
            }
            step += 1
        }
        if builder.count > context.lastWord {
            context.failure = ExpressionError("U1002", value: "\(context.budget.outputBytes)")
            return false
        }
        return true
    }

    private func writeOther(
        _ step: UnsafePointer<Step>, _ input: View, _ slots: Slots, _ context: inout Context,
        into builder: inout Builder
    ) -> Bool {
        let index = Int(step.pointee.index)
        switch step.pointee.kind {
        case .path:
            switch Self.walk(slots[Int(step.pointee.slot)], paths[index], input.bases) {
            case .nothing: return true
            case .array: return false
            case .value(let view):
                if context.isLocal { builder.copy(view.pointer) } else { builder.copy(foreign: view) }
                return true
            }
        case .projection:
            switch Self.walk(slots[Int(step.pointee.slot)], projections[index].names, input.bases) {
            case .nothing: return true
            case .array: return false
            case .value(let view):
                return projections[index].plan.project(
                    view, step.pointee.keepsArray, slots + keyCount, &context, into: &builder)
            }
        default: return evaluate(nodes[index], input, &context, into: &builder)
        }
    }

    @inline(never)
    private func evaluate(
        _ node: Node, _ input: View, _ context: inout Context, into builder: inout Builder
    ) -> Bool {
        let session = context.session ?? MappingSession(context)
        context.session = session
        do throws(ExpressionError) {
            try session.write(node, input, into: &builder)
            return true
        } catch {
            context.failure = error
            return false
        }
    }

    /// Writes an object for each element: none gives nothing, one gives itself.
    private func project(
        _ view: View, _ keepsArray: Bool, _ slots: Slots, _ context: inout Context, into builder: inout Builder
    ) -> Bool {
        guard view.kind == .array else {
            guard keepsArray else { return write(view, slots, &context, into: &builder) }
            let mark = builder.open()
            guard write(view, slots, &context, into: &builder) else { return false }
            builder.close(mark, .array, count: 1)
            return true
        }
        let count = view.count
        if count == 0 { return true }
        if count == 1, !keepsArray {
            return write(View(view.pointer + 1, view.bases), slots, &context, into: &builder)
        }
        let mark = builder.open()
        for element in view.elements {
            guard write(element, slots, &context, into: &builder) else { return false }
        }
        builder.close(mark, .array, count: count)
        return true
    }

    private enum Found {
        case nothing
        /// A path through an array gathers, which is not this plan's work.
        case array
        case value(View)
    }

    @inline(__always)
    private static func walk(
        _ start: UnsafePointer<Word>?, _ names: [Name], _ bases: UnsafePointer<UnsafePointer<UInt8>>
    ) -> Found {
        guard let start else { return .nothing }
        var view = View(start, bases)
        for name in names {
            guard view.kind == .object else { return view.kind == .array ? .array : .nothing }
            guard let next = view.member(name) else { return .nothing }
            view = View(next, bases)
        }
        return .value(view)
    }

    /// A stack of marks and counts, packed so that it needs no memory of its own.
    private struct OpenObjects {
        private var places = InlineArray<8, UInt64>(repeating: 0)
        private var depth = 0

        @inline(__always)
        mutating func push(mark: Int, count: Int) {
            places[depth] = UInt64(mark) << 24 | UInt64(count)
            depth &+= 1
        }

        @inline(__always)
        mutating func pop() -> (mark: Int, count: Int) {
            depth &-= 1
            return (Int(places[depth] >> 24), Int(places[depth] & 0xFF_FFFF))
        }
    }
}
