internal import IntegrationDocument

extension Validator {
    /// - Parameter evaluated: a mark for each item, set where a keyword of these rules applied to it.
    @inline(__always)
    mutating func check(
        _ rules: UnsafePointer<ArrayRules>, _ at: WordPointer, _ evaluated: UnsafeMutablePointer<Bool>?
    ) -> Bool {
        let count = at.pointee.count
        guard count >= rules.pointee.minItems, count <= rules.pointee.maxItems else { return false }
        if let rest = rules.pointee.rest, rules.pointee.prefix.count == 0 {
            var item = at + 1
            let end = item + at.pointee.span
            while item < end {
                guard check(rest, item) else { return false }
                item += item.pointee.extent
            }
        } else if rules.pointee.prefix.count > 0 {
            guard checkPrefix(rules, at) else { return false }
        }
        if let evaluated {
            let marked = rules.pointee.evaluatesRest ? count : min(count, rules.pointee.prefix.count)
            evaluated.update(repeating: true, count: marked)
        }
        if rules.pointee.contains != nil, !checkContains(rules, at, evaluated) { return false }
        return !rules.pointee.isUnique || UniqueItems.firstRepetition(view(at)) == nil
    }

    @inline(never)
    private mutating func checkPrefix(_ rules: UnsafePointer<ArrayRules>, _ at: WordPointer) -> Bool {
        let prefix = rules.pointee.prefix
        var item = at + 1
        let end = item + at.pointee.span
        var index = 0
        while item < end {
            if index < prefix.count {
                guard check(prefix[index], item) else { return false }
            } else {
                guard let rest = rules.pointee.rest else { return true }
                guard check(rest, item) else { return false }
            }
            item += item.pointee.extent
            index &+= 1
        }
        return true
    }

    @inline(never)
    private mutating func checkContains(
        _ rules: UnsafePointer<ArrayRules>, _ at: WordPointer, _ evaluated: UnsafeMutablePointer<Bool>?
    ) -> Bool {
        guard let contains = rules.pointee.contains else { return true }
        let evaluated = rules.pointee.containsEvaluates ? evaluated : nil
        let most = rules.pointee.maxContains
        var item = at + 1
        let end = item + at.pointee.span
        var index = 0
        var found = 0
        while item < end {
            if check(contains, item) {
                found &+= 1
                evaluated?[index] = true
                if found > most { return false }
                if evaluated == nil, found >= rules.pointee.minContains, most == Int.max { return true }
            }
            item += item.pointee.extent
            index &+= 1
        }
        return found >= rules.pointee.minContains
    }
}
