internal import IntegrationDocument

/// Which of an object's named members were seen, as bits.
protocol Presence {
    mutating func insert(_ rule: UnsafePointer<MemberRule>)
    func contains(_ bit: Int) -> Bool
    func containsAll(_ required: Row<UInt64>) -> Bool
}

/// Up to 64 names.
struct FewNames: Presence {
    var bits: UInt64 = 0

    @inline(__always)
    mutating func insert(_ rule: UnsafePointer<MemberRule>) { bits |= rule.pointee.mask }
    @inline(__always)
    func contains(_ bit: Int) -> Bool { bits &>> UInt64(truncatingIfNeeded: bit) & 1 == 1 }
    @inline(__always)
    func containsAll(_ required: Row<UInt64>) -> Bool { required.count == 0 || bits & required[0] == required[0] }
}

/// Any number of names.
struct ManyNames: Presence {
    let words: UnsafeMutablePointer<UInt64>

    func insert(_ rule: UnsafePointer<MemberRule>) {
        if rule.pointee.bit >= 0 { words[Int(rule.pointee.bit) >> 6] |= rule.pointee.mask }
    }
    func contains(_ bit: Int) -> Bool { words[bit >> 6] >> UInt64(bit & 63) & 1 == 1 }
    func containsAll(_ required: Row<UInt64>) -> Bool {
        (0..<required.count).allSatisfy { words[$0] & required[$0] == required[$0] }
    }
}

extension Validator {
    /// - Parameter evaluated: a mark for each member, set where a keyword of these rules applied to it.
    @inline(__always)
    mutating func check(
        _ rules: UnsafePointer<ObjectRules>, _ at: WordPointer, _ evaluated: UnsafeMutablePointer<Bool>?
    ) -> Bool {
        let count = at.pointee.count
        guard count >= rules.pointee.minProperties, count <= rules.pointee.maxProperties else { return false }
        if rules.pointee.required.count <= 1 {
            var presence = FewNames()
            return checkMembers(rules, at, evaluated, &presence)
        }
        return checkManyNames(rules, at, evaluated)
    }

    @inline(never)
    private mutating func checkManyNames(
        _ rules: UnsafePointer<ObjectRules>, _ at: WordPointer, _ evaluated: UnsafeMutablePointer<Bool>?
    ) -> Bool {
        let words = rules.pointee.required.count
        return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: words) { buffer in
            buffer.initialize(repeating: 0)
            var presence = ManyNames(words: buffer.baseAddress.unsafelyUnwrapped)
            return checkMembers(rules, at, evaluated, &presence)
        }
    }

    @inline(__always)
    private mutating func checkMembers(
        _ rules: UnsafePointer<ObjectRules>, _ at: WordPointer, _ evaluated: UnsafeMutablePointer<Bool>?,
        _ presence: inout some Presence
    ) -> Bool {
        // Members often come in the order of the schema: the next name is tried before all are looked through.
        var expected = rules.pointee.members.start
        let last = expected + rules.pointee.members.count
        var key = at + 1
        let end = key + at.pointee.span
        var index = 0
        while key < end {
            var isKnown = false
            let isExpected = expected < last && expected.pointee.matches(key.pointee, bases)
            if isExpected || find(key, rules, &expected) {
                presence.insert(expected)
                isKnown = expected.pointee.isProperty
                let node = expected.pointee.node
                expected += 1
                if let node, !check(node, key + 1) { return false }
            }
            if rules.pointee.patterns.count > 0, !checkPatterns(rules, key, &isKnown) { return false }
            if isKnown {
                if let evaluated { evaluated[index] = true }
            } else {
                if let additional = rules.pointee.additional, !check(additional, key + 1) { return false }
                if let evaluated, rules.pointee.evaluatesAdditional { evaluated[index] = true }
            }
            if let propertyNames = rules.pointee.propertyNames, !check(propertyNames, key) { return false }
            key += 1 &+ key[1].extent
            index &+= 1
        }
        guard presence.containsAll(rules.pointee.required) else { return false }
        return rules.pointee.dependents.count == 0 || checkDependents(rules, at, evaluated, presence)
    }

    /// Puts `rule` on the rule of a key's name; false where it has none.
    @inline(never)
    private func find(
        _ key: WordPointer, _ rules: UnsafePointer<ObjectRules>, _ rule: inout UnsafePointer<MemberRule>
    ) -> Bool {
        let slot = rules.pointee.names._withUnsafeGuaranteedRef { $0.slot(of: key.pointee, bases) }
        guard slot >= 0 else { return false }
        rule = rules.pointee.members.start + slot
        return true
    }

    @inline(never)
    private mutating func checkPatterns(
        _ rules: UnsafePointer<ObjectRules>, _ key: WordPointer, _ isKnown: inout Bool
    ) -> Bool {
        let patterns = rules.pointee.patterns
        for index in 0..<patterns.count where matches(patterns[index].pattern, name: key) {
            isKnown = true
            guard check(patterns[index].node, key + 1) else { return false }
        }
        return stop == nil
    }

    mutating func matches(_ pattern: Unmanaged<SchemaPattern>, name key: WordPointer) -> Bool {
        let word = key.pointee
        if word.kind == .string {
            return matches(pattern, UnsafeBufferPointer(start: text(of: word), count: word.length))
        }
        var copy = self
        let verdict = view(key).withDecodedText { copy.matches(pattern, $0) }
        stop = copy.stop
        return verdict
    }

    private mutating func checkDependents(
        _ rules: UnsafePointer<ObjectRules>, _ at: WordPointer, _ evaluated: UnsafeMutablePointer<Bool>?,
        _ presence: some Presence
    ) -> Bool {
        let dependents = rules.pointee.dependents
        for index in 0..<dependents.count where presence.contains(dependents[index].trigger) {
            let required = dependents[index].required
            for other in 0..<required.count where !presence.contains(required[other]) { return false }
            guard let node = dependents[index].node else { continue }
            guard step() else { return false }
            guard evaluated == nil ? check(node, at) : checkEvaluating(node, at, evaluated) else { return false }
        }
        return true
    }
}
