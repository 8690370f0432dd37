internal import IntegrationDocument

/// Evaluates a program over a document: yes or no, without allocating, ending at the first no.
///
/// Work and nesting are bounded. Where a bound is reached `stop` is set, and the verdict means nothing.
struct Validator {
    enum Stop {
        case steps
        case depth
        case pattern
    }

    let bases: UnsafePointer<UnsafePointer<UInt8>>
    /// Alternatives that may still be tried.
    var steps: Int
    var depth = 0
    var stop: Stop?

    /// Nested evaluations; a document of 1,024 levels has room for four schemas on each.
    static let maximumDepth = 4096

    init(_ view: View, maximumSteps: Int) {
        bases = view.bases
        steps = maximumSteps + 16 * view.word.extent
    }

    @inline(__always)
    mutating func check(_ node: NodePointer, _ at: WordPointer) -> Bool {
        let kind = KindSet(at.pointee.kind)
        if node.pointee.kinds.isDisjoint(with: kind) {
            guard node.pointee.takesIntegralDecimals, isIntegral(at.pointee) else { return false }
        }
        if node.pointee.checked.isDisjoint(with: kind) { return true }
        return checkMore(node, at)
    }

    @inline(never)
    private func isIntegral(_ word: Word) -> Bool {
        word.kind == .decimal && ExactDecimal(text(of: word), word.length).isInteger
    }

    @inline(__always)
    func text(of word: Word) -> UnsafePointer<UInt8> { bases[word.base] + word.offset }

    @inline(__always)
    func view(_ at: WordPointer) -> View { View(at, bases) }

    /// Everything but the kind.
    private mutating func checkMore(_ node: NodePointer, _ at: WordPointer) -> Bool {
        if let values = node.pointee.values, !isAllowed(values, at) { return false }
        switch at.pointee.kind {
        case .integer, .decimal:
            if let rules = node.pointee.numbers, !check(rules, at.pointee) { return false }
        case .string, .escapedString:
            if let rules = node.pointee.strings, !check(rules, at) { return false }
        case .object:
            guard node.pointee.unevaluatedMembers == nil else { return checkEvaluating(node, at, nil) }
            if let rules = node.pointee.objects {
                guard descend() else { return false }
                defer { depth &-= 1 }
                guard check(rules, at, nil) else { return false }
            }
        case .array:
            guard node.pointee.unevaluatedItems == nil else { return checkEvaluating(node, at, nil) }
            if let rules = node.pointee.arrays {
                guard descend() else { return false }
                defer { depth &-= 1 }
                guard check(rules, at, nil) else { return false }
            }
        default: break
        }
        guard let applicators = node.pointee.applicators else { return true }
        return check(applicators, at, nil)
    }

    /// Notes one more level, unless there are too many.
    @inline(__always)
    mutating func descend() -> Bool {
        depth &+= 1
        if depth <= Self.maximumDepth { return true }
        depth &-= 1
        stop = .depth
        return false
    }

    /// Notes one more alternative, unless there were too many.
    @inline(__always)
    mutating func step() -> Bool {
        steps &-= 1
        if steps >= 0 { return true }
        if stop == nil { stop = .steps }
        return false
    }

    // MARK: Applicators

    /// - Parameter evaluated: a mark for each member or item of the value, or nil where nobody asks.
    @inline(never)
    mutating func check(
        _ rules: UnsafePointer<Applicators>, _ at: WordPointer, _ evaluated: UnsafeMutablePointer<Bool>?
    ) -> Bool {
        guard descend(), step() else { return false }
        defer { depth &-= 1 }
        if let evaluated { return checkEvaluating(rules, at, evaluated) }
        let all = rules.pointee.all
        for index in 0..<all.count where !check(all[index], at) { return false }
        let any = rules.pointee.any
        if any.count > 0 {
            var found = false
            for index in 0..<any.count where check(any[index], at) {
                found = true
                break
            }
            guard found else { return false }
        }
        let one = rules.pointee.one
        if one.count > 0 {
            var found = 0
            for index in 0..<one.count where check(one[index], at) {
                found &+= 1
                if found > 1 { return false }
            }
            guard found == 1 else { return false }
        }
        if let not = rules.pointee.not, check(not, at) || stop != nil { return false }
        if let condition = rules.pointee.condition {
            if check(condition, at) {
                if let then = rules.pointee.then { return check(then, at) }
            } else if let otherwise = rules.pointee.otherwise {
                return check(otherwise, at)
            }
        }
        return true
    }

    // MARK: Values

    @inline(never)
    func isAllowed(_ rules: UnsafePointer<ValueRules>, _ at: WordPointer) -> Bool {
        let word = at.pointee
        guard !rules.pointee.kinds.isDisjoint(with: KindSet(word.kind)) else { return false }
        if word.isString {
            return rules.pointee.strings._withUnsafeGuaranteedRef { $0.slot(of: word, bases) >= 0 }
        }
        let others = rules.pointee.others
        for index in 0..<others.count
        where Self.isEqual(view(at), View(others[index], rules.pointee.bases)) { return true }
        return false
    }

    @inline(__always)
    func check(_ rules: UnsafePointer<NumberRules>, _ word: Word) -> Bool {
        if text(of: word).pointee &- 0x31 < 9 {
            if rules.pointee.takesPositives { return true }
            if rules.pointee.takesNaturals, word.kind == .integer { return true }
        }
        return checkBounds(rules, word)
    }

    @inline(never)
    private func checkBounds(_ rules: UnsafePointer<NumberRules>, _ word: Word) -> Bool {
        let text = text(of: word)
        let length = word.length
        let value = NumberText.double(text, length)
        if let bound = rules.pointee.minimum, Self.compare(value, text, word, bound) < 0 { return false }
        if let bound = rules.pointee.exclusiveMinimum, Self.compare(value, text, word, bound) <= 0 { return false }
        if let bound = rules.pointee.maximum, Self.compare(value, text, word, bound) > 0 { return false }
        if let bound = rules.pointee.exclusiveMaximum, Self.compare(value, text, word, bound) >= 0 { return false }
        guard let divisor = rules.pointee.multipleOf else { return true }
        return ExactDecimal(text, length).isMultiple(of: ExactDecimal(divisor.text, divisor.length))
    }

    /// Rounding to doubles keeps the order, so that only equal doubles need a look at the digits.
    @inline(__always)
    private static func compare(
        _ value: Double, _ text: UnsafePointer<UInt8>, _ word: Word, _ bound: NumberBound
    ) -> Int {
        if value < bound.value { return -1 }
        if value > bound.value { return 1 }
        if bound.isShort, word.kind == .integer, word.length <= 15 { return 0 }
        return compareExactly(text, word.length, bound)
    }

    @inline(never)
    private static func compareExactly(_ text: UnsafePointer<UInt8>, _ length: Int, _ bound: NumberBound) -> Int {
        ExactDecimal(text, length).compared(to: ExactDecimal(bound.text, bound.length))
    }
}
