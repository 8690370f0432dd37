internal import IntegrationCore
internal import IntegrationDocument

extension Explainer {
    /// Deeper than this, alternatives are not explained any more.
    private static let mostNestedAlternatives = 3

    mutating func explainApplicators(_ node: NodePointer, _ rules: UnsafePointer<Applicators>, _ at: WordPointer) {
        let rules = rules.pointee
        for index in 0..<rules.all.count where !isFull { explain(rules.all[index], at) }
        if rules.any.count > 0 { explainAny(node, rules.any, at) }
        if rules.one.count > 0 { explainOne(node, rules.one, at) }
        if let not = rules.not, validator.check(not, at) {
            report(.schemaNot, node, "not", "is of a form that is excluded")
        }
        if let condition = rules.condition {
            let branch = validator.check(condition, at) ? rules.then : rules.otherwise
            if let branch { explain(branch, at) }
        }
    }

    private mutating func explainAny(_ node: NodePointer, _ any: Row<NodePointer>, _ at: WordPointer) {
        for index in 0..<any.count where validator.check(any[index], at) { return }
        explainAlternatives(node, "anyOf", any, at)
    }

    private mutating func explainOne(_ node: NodePointer, _ one: Row<NodePointer>, _ at: WordPointer) {
        let valid = (0..<one.count).filter { validator.check(one[$0], at) }
        if valid.isEmpty { return explainAlternatives(node, "oneOf", one, at) }
        guard valid.count > 1 else { return }
        let places = Wording.all(valid.map { String($0 + 1) })
        report(
            .schemaAlternatives, node, "oneOf",
            "must be valid against only one of \(Wording.count(one.count, "alternative")), but is against \(places)")
    }

    /// None of the alternatives holds: say why the closest one does not, that is the one that failed deepest in the
    /// value.
    private mutating func explainAlternatives(
        _ node: NodePointer, _ keyword: String, _ branches: Row<NodePointer>, _ at: WordPointer
    ) {
        var predicate = "matches none of \(Wording.count(branches.count, "alternative"))"
        if branches.count == 1 { predicate = "does not match the only alternative" }
        if let closest = closest(branches, at) {
            let isHere = closest.location == location && closest.subject == nil
            predicate += "; the closest fails because \(isHere ? "it " + closest.predicate : closest.message)"
        }
        report(.schemaAlternatives, node, keyword, predicate)
    }

    private mutating func closest(_ branches: Row<NodePointer>, _ at: WordPointer) -> Violation? {
        guard alternatives < Self.mostNestedAlternatives else { return nil }
        alternatives += 1
        defer { alternatives -= 1 }
        let outer = found
        defer { found = outer }
        var best: (violation: Violation, rank: (Int, Int))?
        for index in 0..<branches.count where work > 0 {
            found = []
            explain(branches[index], at)
            guard let first = found.first else { continue }
            // Another type or constant tells that the alternative was not meant.
            let isOther = found.contains { violation in
                (violation.code == .schemaType || violation.code == .schemaValue)
                    && violation.location.steps.count <= location.steps.count + 1
            }
            let rank = (isOther ? 0 : 1, first.location.steps.count)
            if best.map({ $0.rank < rank }) ?? true { best = (first, rank) }
        }
        return best?.violation
    }
}
