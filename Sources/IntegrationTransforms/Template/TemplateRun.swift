internal import IntegrationDocument

/// One application of a template to one message.
struct TemplateRun {
    let tables: TemplateTables
    let source: View
    let slots: UnsafeMutablePointer<UnsafePointer<Word>?>
    /// Values of the expressions.
    let values: UnsafeMutablePointer<UnsafePointer<Word>?>
    let nodes: UnsafeMutablePointer<NodeList>
    /// Steps that paths have left.
    var steps: Int
    let mostNodes: Int
    let mostWords: Int

    struct Failure: Error {
        enum Reason {
            case missing, budget
            /// Number of words from the source's root to the value; nil where an expression made it.
            case unsuitable(Int?)
        }
        var reason: Reason
        /// The operation that failed.
        var operation: Int
    }

    /// Writes the whole output.
    mutating func run(hasSlots: Bool, in arena: Arena) -> Result<UnsafePointer<Word>, Failure> {
        if hasSlots { fill(0, from: source.pointer) }
        var builder = Builder(arena)
        do throws(Failure) {
            guard try emit(Int(tables.root), source.pointer, &builder) else {
                return .failure(Failure(reason: .missing, operation: Int(tables.root)))
            }
        } catch {
            return .failure(error)
        }
        return .success(builder.finish())
    }

    /// Finds the values of a scope's slots.
    @inline(__always)
    private func fill(_ scope: Int, from object: UnsafePointer<Word>) {
        let scope = tables.scopes[scope]
        _ = scope.matcher._withUnsafeGuaranteedRef {
            $0.find(in: View(object, source.bases), slots + Int(scope.firstSlot))
        }
    }

    /// Writes the value of an operation; false where there is none.
    mutating func emit(
        _ index: Int, _ current: UnsafePointer<Word>, _ builder: inout Builder
    ) throws(Failure) -> Bool {
        let operation = tables.operations[index]
        let first = Int(operation.first)
        switch operation.action {
        case .slot:
            guard let found = slots[first] else { return try missing(operation, index, &builder) }
            builder.copy(found)
            return true
        case .object, .flatObject:
            try object(operation, current, &builder)
            return true
        case .projection: return try project(operation, index, current, &builder)
        case .literal:
            for at in first..<(first + Int(operation.second)) { builder.append(tables.words[at]) }
            return true
        case .singular:
            guard let found = single(tables.paths[first], current) else {
                return try missing(operation, index, &builder)
            }
            try append(found, tables.paths[first].coercion, index, &builder)
            return true
        case .many: return try many(operation, index, current, &builder)
        case .array:
            let mark = builder.open()
            var count = 0
            for at in first..<Int(operation.second) where try emit(Int(tables.elements[at]), current, &builder) {
                count &+= 1
            }
            builder.close(mark, .array, count: count)
            return true
        case .expression:
            guard let value = values[first] else { return try missing(operation, index, &builder) }
            builder.copy(value)
            return true
        case .join:
            builder.append(try join(first..<Int(operation.second), index, builder.arena))
            return true
        case .fallback:
            if try emit(first, current, &builder) { return true }
            return try emit(Int(operation.second), current, &builder)
        }
    }

    @inline(__always)
    private mutating func object(
        _ operation: TemplateOperation, _ current: UnsafePointer<Word>, _ builder: inout Builder
    ) throws(Failure) {
        if operation.action == .flatObject, flatObject(operation, &builder) { return }
        let mark = builder.open()
        var count = 0
        var member = tables.members + Int(operation.first)
        let end = tables.members + Int(operation.second)
        while member < end {
            let slot = Int(member.pointee.slot)
            if slot >= 0 {
                if let found = slots[slot] {
                    builder.append(member.pointee.key, copying: found)
                    count &+= 1
                }
            } else {
                let before = builder.count
                builder.append(member.pointee.key)
                if try emit(Int(member.pointee.operation), current, &builder) {
                    count &+= 1
                } else {
                    builder.rewind(to: before)
                }
            }
            member += 1
        }
        builder.close(mark, .object, count: count)
    }

    /// Writes an object of scalars through a local cursor; false, with nothing written, where a value is none.
    @inline(__always)
    private func flatObject(_ operation: TemplateOperation, _ builder: inout Builder) -> Bool {
        var member = tables.members + Int(operation.first)
        let end = tables.members + Int(operation.second)
        var isFlat = true
        builder.unsafeAppend(upTo: 2 &* (end - member) &+ 1) { start in
            var at = start + 1
            while member < end {
                if let found = slots[Int(member.pointee.slot)] {
                    let word = found.pointee
                    guard !word.isContainer else {
                        isFlat = false
                        return start
                    }
                    at[0] = member.pointee.key
                    at[1] = word
                    at += 2
                }
                member += 1
            }
            let span = at - start - 1
            start.pointee = Word(container: .object, count: span >> 1, span: span)
            return at
        }
        return isFlat
    }

    private func missing(
        _ operation: TemplateOperation, _ index: Int, _ builder: inout Builder
    ) throws(Failure) -> Bool {
        if operation.missing == TemplateOperation.omit { return false }
        guard operation.missing == TemplateOperation.null else { throw Failure(reason: .missing, operation: index) }
        builder.append(Word.null)
        return true
    }

    // MARK: Paths

    /// Where a path starts; nil where its first name is missing.
    @inline(__always)
    private func start(_ use: TemplatePathUse, _ current: UnsafePointer<Word>) -> UnsafePointer<Word>? {
        if use.slot >= 0 { return slots[Int(use.slot)] }
        return use.slot == TemplatePathUse.fromCurrent ? current : source.pointer
    }

    @inline(__always)
    private func single(_ use: TemplatePathUse, _ current: UnsafePointer<Word>) -> UnsafePointer<Word>? {
        guard let start = start(use, current) else { return nil }
        if use.first == use.end { return start }
        return PathRun(use.tables, root: source, steps: 0).chase(segments: Int(use.first), Int(use.end), from: start)
    }

    /// Appends what a path selects to the node list and returns where it begins there.
    private mutating func select(
        _ use: TemplatePathUse, _ start: UnsafePointer<Word>, _ index: Int
    ) throws(Failure) -> Int {
        let first = nodes.pointee.count
        var run = PathRun(use.tables, root: source, steps: steps)
        var sink = PathRun.Sink(collecting: nodes, limit: mostNodes &- first &+ 1)
        _ = run.walk(start, Int(use.first), Int(use.end), &sink)
        steps = run.steps
        guard steps >= 0, nodes.pointee.count <= mostNodes else { throw Failure(reason: .budget, operation: index) }
        return first
    }

    private mutating func many(
        _ operation: TemplateOperation, _ index: Int, _ current: UnsafePointer<Word>, _ builder: inout Builder
    ) throws(Failure) -> Bool {
        let use = tables.paths[Int(operation.first)]
        guard let start = start(use, current) else { return try missing(operation, index, &builder) }
        let first = try select(use, start, index)
        let end = nodes.pointee.count
        let mark = builder.open()
        for at in first..<end {
            try append(nodes.pointee[at], use.coercion, index, &builder)
            // Few nodes may copy large values many times.
            guard builder.count <= mostWords else { throw Failure(reason: .budget, operation: index) }
        }
        builder.close(mark, .array, count: end &- first)
        nodes.pointee.truncate(to: first)
        return true
    }

    private mutating func project(
        _ operation: TemplateOperation, _ index: Int, _ current: UnsafePointer<Word>, _ builder: inout Builder
    ) throws(Failure) -> Bool {
        let use = tables.paths[Int(operation.first)]
        let scope = Int(use.scope)
        if use.isSingular {
            guard let found = single(use, current) else { return try missing(operation, index, &builder) }
            fill(scope, from: found)
            return try emit(Int(operation.second), found, &builder)
        }
        guard let start = start(use, current) else { return try missing(operation, index, &builder) }
        if use.isAllChildren { return try projectChildren(of: start, scope, operation, index, &builder) }
        let first = try select(use, start, index)
        let end = nodes.pointee.count
        let mark = builder.open()
        for at in first..<end {
            let node = nodes.pointee[at]
            fill(scope, from: node)
            _ = try emit(Int(operation.second), node, &builder)
            guard builder.count <= mostWords else { throw Failure(reason: .budget, operation: index) }
        }
        builder.close(mark, .array, count: end &- first)
        nodes.pointee.truncate(to: first)
        return true
    }

    /// A projection of `[*]`: no list is needed.
    private mutating func projectChildren(
        of parent: UnsafePointer<Word>, _ scope: Int, _ operation: TemplateOperation, _ index: Int,
        _ builder: inout Builder
    ) throws(Failure) -> Bool {
        let mark = builder.open()
        let word = parent.pointee
        let inner = tables.operations[Int(operation.second)]
        var count = 0
        if word.isContainer {
            let keys = word.kind == .object ? 1 : 0
            var at = parent + 1
            let end = at + word.span
            while at < end {
                at += keys
                fill(scope, from: at)
                try object(inner, at, &builder)
                count &+= 1
                at += at.pointee.extent
                guard builder.count <= mostWords else { throw Failure(reason: .budget, operation: index) }
            }
        }
        builder.close(mark, .array, count: count)
        return true
    }

    // MARK: Values

    @inline(__always)
    private func append(
        _ value: UnsafePointer<Word>, _ coercion: Coercion?, _ index: Int, _ builder: inout Builder
    ) throws(Failure) {
        guard let coercion else { return builder.copy(value) }
        try append(value, as: coercion, index, &builder)
    }

    @inline(never)
    private func append(
        _ value: UnsafePointer<Word>, as coercion: Coercion, _ index: Int, _ builder: inout Builder
    ) throws(Failure) {
        if coercion == .array {
            if value.pointee.kind == .array { return builder.copy(value) }
            let mark = builder.open()
            builder.copy(value)
            return builder.close(mark, .array, count: 1)
        }
        let view = View(value, source.bases)
        guard let word = tables.coerced.word(view, as: coercion, in: builder.arena) else {
            throw Failure(reason: .unsuitable(value - source.pointer), operation: index)
        }
        builder.append(word)
    }

    /// A text with the values of expressions in it. Nothing and null leave no trace.
    private func join(_ parts: Range<Int>, _ index: Int, _ arena: Arena) throws(Failure) -> Word {
        var isEscaped = false
        var bytes: [UInt8] = []
        for at in parts {
            let part = tables.parts[at]
            var word = part.literal
            if part.expression >= 0 {
                guard let value = values[Int(part.expression)] else { continue }
                word = value.pointee
            }
            switch word.kind {
            case .true: bytes += Array("true".utf8)
            case .false: bytes += Array("false".utf8)
            case .null, .missing: continue
            case .array, .object: throw Failure(reason: .unsuitable(nil), operation: index)
            case .string, .escapedString, .integer, .decimal:
                if word.kind == .escapedString { isEscaped = true }
                bytes += UnsafeBufferPointer(start: arena.bases[word.base] + word.offset, count: word.length)
            }
        }
        let slice = bytes.withUnsafeBufferPointer { arena.appendScratch($0) }
        return Word(
            isEscaped ? .escapedString : .string, base: Int(slice.base), offset: Int(slice.offset),
            length: Int(slice.length))
    }
}
