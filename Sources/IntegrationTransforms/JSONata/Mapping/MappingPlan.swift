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
            case open, close, word
            /// A member of the input as it is.
            case slot
            /// The value of a path of plain names.
            case path
            /// The same as an array in any case.
            case kept
            /// A path through one array.
            case stream
            /// An array of values.
            case array
            /// A value that needs no evaluator.
            case direct
            case general
        }

        var kind: Kind
        /// Whether a stream of a single element stays an array.
        var keepsArray = false
        /// The member of the input.
        var slot: Int32 = 0
        /// Index among the operations.
        var index: Int32 = 0
        /// What is evaluated where this way can't say.
        var node: Int32 = -1
        /// The plan of each item of a stream, one of `plans`.
        var plan: Unmanaged<MappingPlan>?
        /// The only item of a stream that is wanted, from the end where it is negative.
        var position = Self.everywhere
        var key = Word.null
        var word = Word.null

        static let everywhere = Int32.min
    }

    private let matcher: KeyMatcher
    private let steps: UnsafeMutablePointer<Step>
    private let stepCount: Int
    let keyCount: Int
    private let direct: DirectProgram
    /// What the steps refer to.
    private let plans: [MappingPlan]
    private let nodes: [Node]
    /// Slots that this plan and the largest of those within it need.
    private let slotCount: Int

    /// Nil where the expression is no object constructor with constant keys, or nothing is interned.
    convenience init?(_ root: Node, literals: Literals?) {
        guard literals != nil else { return nil }
        self.init(root)
    }

    init?(_ root: Node) {
        guard let object = root as? ObjectNode, !object.keepArray else { return nil }
        var draft = MappingDraft()
        guard draft.append(object, key: nil, depth: 1) else { return nil }
        matcher = KeyMatcher(draft.direct.keys)
        keyCount = draft.direct.keys.count
        stepCount = draft.steps.count
        steps = .table(draft.steps)
        direct = DirectProgram(draft.direct)
        plans = draft.plans
        nodes = draft.nodes
        slotCount = keyCount + (plans.map(\.slotCount).max() ?? 0)
    }

    deinit { steps.deallocate() }

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
        /// Whether values may be computed without the evaluator.
        let isDirect: Bool
        /// Most words of the result.
        let lastWord: Int
        /// Bytes of text that may still be made without the evaluator.
        var room: Int
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
        // A number that is no JSON is only found when all else has been evaluated: another error may come first.
        if let failure = context.failure, failure.code != "D1001" { throw failure }
        return written
    }

    func write(
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
            case .path, .kept, .stream, .array, .direct, .general:
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
        if step.pointee.kind != .general {
            let mark = builder.count
            var run = DirectRun(direct, builder.arena, bases: input.bases, slots: slots, room: context.room)
            let written = writeQuick(step, input, slots, &run, &context, into: &builder)
            context.room = run.room
            if written { return true }
            // Whatever went wrong, the evaluator says what is right.
            context.failure = nil
            builder.rewind(to: mark)
        }
        return evaluate(nodes[Int(step.pointee.node)], input, &context, into: &builder)
    }

    /// False where the evaluator is to be asked.
    @inline(__always)
    private func writeQuick(
        _ step: UnsafePointer<Step>, _ input: View, _ slots: Slots, _ run: inout DirectRun,
        _ context: inout Context, into builder: inout Builder
    ) -> Bool {
        let operation = UnsafePointer(direct.operations + Int(step.pointee.index))
        switch step.pointee.kind {
        case .path:
            switch run.walk(operation, input.pointer) {
            case .nothing: return true
            case .value(let found):
                copy(found, &context, input.bases, into: &builder)
                return true
            case .array(let array, let next):
                return gather(array, next, operation.pointee.second, run, &context, into: &builder)
            }
        case .kept:
            switch run.walk(operation, input.pointer) {
            case .nothing: return true
            case .array: return false
            case .value(let found):
                let mark = found.pointee.kind == .array ? nil : builder.open()
                copy(found, &context, input.bases, into: &builder)
                if let mark { builder.close(mark, .array, count: 1) }
                return true
            }
        case .stream: return stream(step, operation, input, slots, &run, &context, into: &builder)
        case .array: return array(operation, input.pointer, &run, context.isDirect, into: &builder)
        default:
            guard context.isDirect else { return false }
            return append(run.value(step.pointee.index, input.pointer), into: &builder)
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
