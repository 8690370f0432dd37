internal import IntegrationDocument

/// Evaluation that notes which members or items some keyword applied to, for `unevaluatedProperties` and
/// `unevaluatedItems` (2020-12 core, 11). Every schema is still evaluated once for a value.
extension Validator {
    typealias Marks = UnsafeMutablePointer<Bool>

    /// Checks a node and adds to `marks` what it evaluated. Marks mean nothing where the verdict is false.
    mutating func checkEvaluating(_ node: NodePointer, _ at: WordPointer, _ marks: Marks?) -> Bool {
        let word = at.pointee
        let unevaluated = word.kind == .object ? node.pointee.unevaluatedMembers : node.pointee.unevaluatedItems
        guard let unevaluated, word.isContainer else { return checkOwn(node, at, marks) }
        // Neighbours' marks don't count for this node, so it begins with none.
        return withMarks(word.count) { validator, own in
            guard validator.checkOwn(node, at, own) else { return false }
            guard validator.checkRest(unevaluated, at, own) else { return false }
            marks?.update(repeating: true, count: word.count)
            return true
        }
    }

    /// The node without its `unevaluated…` keywords.
    mutating func checkOwn(_ node: NodePointer, _ at: WordPointer, _ marks: Marks?) -> Bool {
        let kind = at.pointee.kind
        guard !node.pointee.kinds.isDisjoint(with: KindSet(kind)) else { return check(node, at) }
        guard descend() else { return false }
        defer { depth &-= 1 }
        if let values = node.pointee.values, !isAllowed(values, at) { return false }
        switch kind {
        case .object:
            if let rules = node.pointee.objects, !checkKept(rules, at, marks) { return false }
        case .array:
            if let rules = node.pointee.arrays, !checkKept(rules, at, marks) { return false }
        default: return check(node, at)
        }
        guard let applicators = node.pointee.applicators else { return true }
        return check(applicators, at, marks)
    }

    @inline(never)
    private mutating func checkKept(_ rules: UnsafePointer<ObjectRules>, _ at: WordPointer, _ marks: Marks?) -> Bool {
        check(rules, at, marks)
    }

    @inline(never)
    private mutating func checkKept(_ rules: UnsafePointer<ArrayRules>, _ at: WordPointer, _ marks: Marks?) -> Bool {
        check(rules, at, marks)
    }

    /// Checks what is not marked.
    private mutating func checkRest(_ node: NodePointer, _ at: WordPointer, _ marks: Marks) -> Bool {
        var value = at + 1
        let end = value + at.pointee.span
        let isObject = at.pointee.kind == .object
        var index = 0
        while value < end {
            if isObject { value += 1 }
            if !marks[index], !check(node, value) { return false }
            value += value.pointee.extent
            index += 1
        }
        return true
    }

    mutating func checkEvaluating(_ rules: UnsafePointer<Applicators>, _ at: WordPointer, _ marks: Marks) -> Bool {
        let count = at.pointee.count
        let all = rules.pointee.all
        for index in 0..<all.count where !checkEvaluating(all[index], at, marks) { return false }
        let any = rules.pointee.any
        if any.count > 0 {
            // All of them: each valid one adds its marks.
            var found = false
            for index in 0..<any.count where checkBranch(any[index], at, count, marks) { found = true }
            guard found else { return false }
        }
        let one = rules.pointee.one
        if one.count > 0 {
            var found = 0
            for index in 0..<one.count where checkBranch(one[index], at, count, marks) { found += 1 }
            guard found == 1 else { return false }
        }
        if let not = rules.pointee.not, check(not, at) || stop != nil { return false }
        if let condition = rules.pointee.condition {
            if checkBranch(condition, at, count, marks) {
                if let then = rules.pointee.then { return checkEvaluating(then, at, marks) }
            } else if let otherwise = rules.pointee.otherwise {
                return checkEvaluating(otherwise, at, marks)
            }
        }
        return true
    }

    /// Adds the marks of a node that may fail only if it does not.
    private mutating func checkBranch(_ node: NodePointer, _ at: WordPointer, _ count: Int, _ marks: Marks) -> Bool {
        withMarks(count) { validator, own in
            guard validator.checkEvaluating(node, at, own) else { return false }
            for index in 0..<count where own[index] { marks[index] = true }
            return true
        }
    }

    mutating func withMarks(_ count: Int, _ body: (inout Validator, Marks) -> Bool) -> Bool {
        withUnsafeTemporaryAllocation(of: Bool.self, capacity: count + 1) { buffer in
            buffer.initialize(repeating: false)
            return body(&self, buffer.baseAddress.unsafelyUnwrapped)
        }
    }
}
