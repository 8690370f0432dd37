internal import Glibc
internal import IntegrationDocument

/// One evaluation of a direct program over an object of an arena.
struct DirectRun {
    typealias Pointer = UnsafePointer<Word>

    let operations: UnsafeMutablePointer<DirectOperation>
    let operands: UnsafeMutablePointer<Int32>
    let names: UnsafeMutablePointer<KeyText>
    /// The builder's, which outlives the run.
    let arena: Unmanaged<Arena>
    let bases: UnsafePointer<UnsafePointer<UInt8>>
    /// The members of the plan's input, where the context is that.
    let slots: UnsafeMutablePointer<UnsafePointer<Word>?>
    /// Bytes of text that may still be made.
    var room: Int

    /// - Parameter bases: those of the input; where they are not the arena's, only paths may be followed.
    @inline(__always)
    init(
        _ program: DirectProgram, _ arena: Arena, bases: UnsafePointer<UnsafePointer<UInt8>>,
        slots: UnsafeMutablePointer<UnsafePointer<Word>?>, room: Int
    ) {
        operations = program.operations
        operands = program.operands
        names = program.names
        self.arena = .passUnretained(arena)
        self.bases = bases
        self.slots = slots
        self.room = room
    }

    /// The value of an operation over a context.
    mutating func value(_ index: Int32, _ context: Pointer) -> DirectValue {
        let operation = operations + Int(index)
        let kind = operation.pointee.kind
        switch kind {
        case .literal:
            let word = operation.pointee.word
            return word.isString ? .scalar(word) : withUnsafePointer(to: word) { DirectValue($0) }
        case .number: return .number(operation.pointee.number)
        case .context: return DirectValue(context)
        case .path:
            switch walk(operation, context) {
            case .nothing: return .undefined
            case .array: return .unknown
            case .value(let found): return DirectValue(found)
            }
        case .stream, .list: return .unknown
        case .add, .subtract, .multiply, .divide, .remainder:
            return arithmetic(kind, value(operation.pointee.first, context), value(operation.pointee.second, context))
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            return compare(kind, value(operation.pointee.first, context), value(operation.pointee.second, context))
        case .equal, .notEqual:
            let one = value(operation.pointee.first, context)
            let two = value(operation.pointee.second, context)
            if one.isUnknown || two.isUnknown { return .unknown }
            if one.isUndefined || two.isUndefined { return .bool(false) }
            return areEqual(one, two).map { .bool($0 == (kind == .equal)) } ?? .unknown
        case .anyOf: return anyOf(operation, context)
        case .and, .or:
            guard let one = truth(value(operation.pointee.first, context)) else { return .unknown }
            if one == (kind == .or) { return .bool(one) }
            return truth(value(operation.pointee.second, context)).map { .bool($0) } ?? .unknown
        case .boolean, .not:
            let operand = value(operation.pointee.first, context)
            if operand.isUndefined { return .undefined }
            return truth(operand).map { .bool($0 == (kind == .boolean)) } ?? .unknown
        case .exists:
            let operand = value(operation.pointee.first, context)
            return operand.isUnknown ? .unknown : .bool(!operand.isUndefined)
        case .condition, .orDefault, .ifMissing: return choose(operation, context)
        case .concatenate: return concatenate(operation, context)
        case .string, .uppercase, .lowercase: return text(kind, value(operation.pointee.first, context))
        case .negate, .toNumber, .floor, .ceil, .abs, .round:
            return number(kind, value(operation.pointee.first, context))
        case .sum, .count, .average, .maximum, .minimum:
            return aggregate(kind, operations + Int(operation.pointee.first), context)
        }
    }

    private mutating func choose(_ operation: UnsafePointer<DirectOperation>, _ context: Pointer) -> DirectValue {
        let condition = value(operation.pointee.first, context)
        if condition.isUnknown { return .unknown }
        if operation.pointee.kind == .ifMissing {
            if !condition.isUndefined { return condition }
        } else {
            guard let holds = truth(condition) else { return .unknown }
            if operation.pointee.kind == .condition {
                let chosen = holds ? operation.pointee.second : operation.pointee.third
                return chosen >= 0 ? value(chosen, context) : .undefined
            }
            if holds { return condition }
        }
        return operation.pointee.second >= 0 ? value(operation.pointee.second, context) : .undefined
    }

    // MARK: Paths

    enum Found {
        case nothing
        /// A path through an array gathers: its further names are applied to each element.
        case array(Pointer, next: Int32)
        case value(Pointer)
    }

    /// Follows the names of a path or stream.
    @inline(__always)
    func walk(_ operation: UnsafePointer<DirectOperation>, _ context: Pointer) -> Found {
        var at = context
        if operation.pointee.slot >= 0 {
            guard let found = slots[Int(operation.pointee.slot)] else { return .nothing }
            at = found
        }
        return walk(from: at, operation.pointee.first, operation.pointee.second)
    }

    @inline(__always)
    func walk(from start: Pointer, _ first: Int32, _ end: Int32) -> Found {
        var at = start
        var name = first
        while name < end {
            guard at.pointee.kind == .object else {
                return at.pointee.kind == .array ? .array(at, next: name) : .nothing
            }
            guard let next = View(at, bases).member(names[Int(name)]) else { return .nothing }
            at = next
            name += 1
        }
        return .value(at)
    }

    /// Calls `body` with each item of a stream that passes its test; false where only the whole evaluation can say, or
    /// where `body` says no.
    @inline(__always)
    mutating func forEach(
        _ stream: UnsafePointer<DirectOperation>, from start: Pointer, _ body: (inout DirectRun, Pointer) -> Bool
    ) -> Bool {
        let isArray = start.pointee.kind == .array
        var item = isArray ? start + 1 : start
        let end = start + start.pointee.extent
        while item < end {
            // An array within the array would be flattened.
            if item.pointee.kind == .array { return false }
            if stream.pointee.third < 0 {
                guard body(&self, item) else { return false }
            } else {
                guard let passes = passes(stream.pointee.third, item) else { return false }
                if passes {
                    guard body(&self, item) else { return false }
                }
            }
            item += item.pointee.extent
        }
        return true
    }

    /// Whether an item passes a test; nil for a number, which is a position.
    @inline(__always)
    private mutating func passes(_ test: Int32, _ item: Pointer) -> Bool? {
        let verdict = value(test, item)
        if case .number = verdict { return nil }
        if case .scalar(let word) = verdict, word.isNumber { return nil }
        return truth(verdict)
    }

    // MARK: Aggregates

    private mutating func aggregate(
        _ kind: DirectOperation.Kind, _ items: UnsafePointer<DirectOperation>, _ context: Pointer
    ) -> DirectValue {
        let start: Pointer
        switch walk(items, context) {
        case .nothing:
            // A test is asked even where there is nothing.
            if items.pointee.third >= 0 { return .unknown }
            return kind == .count ? .number(0) : .undefined
        case .array: return .unknown
        case .value(let found): start = found
        }
        let isStream = items.pointee.kind == .stream
        var count = 0
        var sum = 0.0
        var largest = -Double.infinity
        var least = Double.infinity
        let isKnown = forEach(items, from: start) { run, item in
            let element = items.pointee.fourth
            let value = element < 0 ? DirectValue(item) : run.value(element, item)
            if isStream, value.isUndefined { return true }
            if kind != .count {
                guard let number = run.double(value), number.isFinite else { return false }
                sum += number
                largest = max(largest, number)
                least = min(least, number)
            } else if case .container(let pointer) = value, pointer.pointee.kind == .array {
                return false
            } else if value.isUnknown {
                return false
            }
            count &+= 1
            return true
        }
        guard isKnown else { return .unknown }
        if kind == .count { return .number(Double(count)) }
        // The sum of an array without elements is 0; a path that finds nothing has no sum.
        guard count > 0 else { return kind == .sum && !isStream ? .number(0) : .undefined }
        switch kind {
        case .sum: return .number(sum)
        case .average: return .number(sum / Double(count))
        case .maximum: return .number(largest)
        default: return .number(least)
        }
    }
}
