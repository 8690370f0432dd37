internal import IntegrationDocument
internal import IntegrationPatterns

/// Filters (RFC 9535, 2.3.5.2).
extension PathRun {
    /// What an operand gives.
    private enum Value {
        case nothing
        case view(View)
        case number(Int)
    }

    mutating func passes(_ test: Int, _ current: UnsafePointer<Word>) -> Bool {
        steps &-= 1
        switch tables.tests[test] {
        case .either(let left, let right): return passes(Int(left), current) || passes(Int(right), current)
        case .both(let left, let right): return passes(Int(left), current) && passes(Int(right), current)
        case .not(let inner): return !passes(Int(inner), current)
        case .exists(let index):
            let query = tables.queries[Int(index)]
            if query.isSingular { return chase(spending: query, current) != nil }
            return run(query, current, .exists).count > 0
        case .compare(let comparison, let left, let right):
            return compare(comparison, value(Int(left), current), value(Int(right), current))
        case .pattern(let text, let pattern):
            let text = value(Int(text), current)
            guard pattern >= 0, case .view(let view) = text, view.word.isString else { return false }
            return match(tables.patterns[Int(pattern)], view)
        case .dynamicPattern(let text, let pattern, let whole):
            let text = value(Int(text), current)
            guard case .view(let view) = text, view.word.isString,
                case .view(let written) = value(Int(pattern), current), written.word.isString,
                let pattern = dynamicPattern(written, isWhole: whole)
            else { return false }
            return match(pattern, view)
        }
    }

    private func origin(_ query: PathQuery, _ current: UnsafePointer<Word>) -> UnsafePointer<Word> {
        query.isAbsolute ? root : current
    }

    private mutating func run(_ query: PathQuery, _ current: UnsafePointer<Word>, _ mode: Sink.Mode) -> Sink {
        var sink = Sink(mode)
        _ = walk(origin(query, current), Int(query.first), Int(query.end), &sink)
        return sink
    }

    /// Follows a singular query and pays for the members it passes.
    private mutating func chase(spending query: PathQuery, _ current: UnsafePointer<Word>) -> UnsafePointer<Word>? {
        var at = origin(query, current)
        for index in Int(query.first)..<Int(query.end) {
            steps &-= 1 &+ (at.pointee.isContainer ? at.pointee.count : 0)
            guard steps >= 0, let next = chase(segments: index, index + 1, from: at) else { return nil }
            at = next
        }
        return at
    }

    private mutating func value(_ operand: Int, _ current: UnsafePointer<Word>) -> Value {
        switch tables.operands[operand] {
        case .literal(let literal):
            return .view(View(tables.literals + Int(literal), UnsafePointer(tables.bases)))
        case .singular(let index):
            guard let found = chase(spending: tables.queries[Int(index)], current) else { return .nothing }
            return .view(View(found, bases))
        case .length(let operand): return length(value(Int(operand), current))
        case .count(let index): return .number(run(tables.queries[Int(index)], current, .count).count)
        case .value(let index):
            let sink = run(tables.queries[Int(index)], current, .atMostTwo)
            guard sink.count == 1, let only = sink.first else { return .nothing }
            return .view(View(only, bases))
        }
    }

    /// Characters (Unicode scalars) of a string, elements of an array, members of an object (RFC 9535, 2.4.4).
    private mutating func length(_ value: Value) -> Value {
        guard case .view(let view) = value else { return .nothing }
        switch view.kind {
        case .array, .object: return .number(view.count)
        case .string, .escapedString:
            steps &-= view.word.length >> 4
            return .number(view.withDecodedBytes { $0.reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 &+ 1 } })
        default: return .nothing
        }
    }

    // MARK: Comparisons

    /// RFC 9535, 2.3.5.2.2.
    private mutating func compare(_ comparison: PathComparison, _ left: Value, _ right: Value) -> Bool {
        guard steps >= 0 else { return false }
        switch comparison {
        case .equal: return isEqual(left, right)
        case .notEqual: return !isEqual(left, right)
        case .less: return isLess(left, right)
        case .greater: return isLess(right, left)
        case .lessOrEqual: return isLess(left, right) || isEqual(left, right)
        case .greaterOrEqual: return isLess(right, left) || isEqual(left, right)
        }
    }

    private mutating func isEqual(_ left: Value, _ right: Value) -> Bool {
        switch (left, right) {
        case (.nothing, .nothing): return true
        case (.number(let one), .number(let two)): return one == two
        case (.number(let number), .view(let view)), (.view(let view), .number(let number)):
            return view.double == Double(number)
        case (.view(let one), .view(let two)):
            guard payForComparing(one, two) else { return false }
            return one.isEqual(to: two)
        default: return false
        }
    }

    private mutating func isLess(_ left: Value, _ right: Value) -> Bool {
        switch (left, right) {
        case (.number(let one), .number(let two)): return one < two
        case (.number(let number), .view(let view)): return view.double.map { Double(number) < $0 } ?? false
        case (.view(let view), .number(let number)): return view.double.map { $0 < Double(number) } ?? false
        case (.view(let one), .view(let two)):
            guard payForComparing(one, two) else { return false }
            return one.isOrdered(before: two)
        default: return false
        }
    }

    /// Comparing objects looks members up, so its work grows with the square of each object's size.
    private mutating func payForComparing(_ left: View, _ right: View) -> Bool {
        let (one, two) = (left.word, right.word)
        if one.isContainer, one.kind == two.kind, one.count == two.count {
            let smaller = one.span <= two.span ? left.pointer : right.pointer
            steps &-= one.count &+ 1
            for at in 0...smaller.pointee.span where steps >= 0 {
                let word = smaller[at]
                switch word.kind {
                case .object: steps &-= word.count &* word.count &+ 1
                case .array: steps &-= 1
                default: steps &-= word.length >> 4 &+ 1
                }
            }
        } else if one.isNumber, two.isNumber {
            steps &-= one.length &+ two.length
        } else if !one.isContainer, !two.isContainer {
            steps &-= min(one.length, two.length) >> 4
        }
        return steps >= 0
    }

    // MARK: Patterns

    /// What a step of a pattern costs in steps of a path.
    private static let matchingCost = 4

    /// Tries growing limits, so that a match is paid by what it takes, and none that the steps left could not pay.
    private mutating func match(_ pattern: Pattern, _ text: View) -> Bool {
        text.withDecodedBytes { bytes in
            steps &-= bytes.count >> 4
            var limit = 64
            while steps >= 0 {
                do {
                    let isMatch = try pattern.matches(bytes, steps: limit)
                    steps &-= pattern.isSimple ? 0 : Self.matchingCost &* limit
                    return isMatch
                } catch {
                    steps &-= Self.matchingCost &* limit
                    let next = min(limit &* 8, steps / Self.matchingCost)
                    // What is left pays for no more than was tried in vain.
                    if next <= limit { steps = -1 }
                    limit = next
                }
            }
            return false
        }
    }

    private mutating func dynamicPattern(_ written: View, isWhole: Bool) -> Pattern? {
        let text = written.decodedBytes
        if let last = lastDynamic, last.isWhole == isWhole, last.text == text { return last.pattern }
        // What compiling costs.
        steps &-= 2000 &+ text.count &* 16
        guard steps >= 0 else { return nil }
        let made = DynamicPattern(text: text, isWhole: isWhole)
        lastDynamic = made
        return made.pattern
    }
}
