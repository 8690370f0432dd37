/// Whether the conditions of a route leave numbers out.
///
/// `total >= 1000` and `total < 1000` cover every number; `total > 1000` and `total < 1000` leave out 1000. Only
/// conditions that compare one and the same field with numbers can be judged.
public enum CoverageCheck: Sendable, Hashable {
    /// Every number meets at least one condition.
    case complete(field: String)
    /// These numbers meet none, such as `total = 1000` or `10 < total < 20`.
    case gaps(field: String, [String])
    /// The conditions are of another kind.
    case unknown

    public init(_ conditions: [Condition]) {
        var field: String?
        var numbers: Set<Double> = []
        var tests: [ConditionTest] = []
        for condition in conditions {
            guard let test = condition.test, Self.gather(test, &field, &numbers) else {
                self = .unknown
                return
            }
            tests.append(test)
        }
        guard let field, !tests.isEmpty else {
            self = .unknown
            return
        }
        let points = numbers.sorted()
        func isCovered(_ number: Double) -> Bool { tests.contains { Self.holds($0, number) } }
        var gaps: [String] = []
        // Between two neighbouring numbers of the conditions no condition changes its mind.
        for (index, point) in points.enumerated() {
            let before = index == 0 ? nil : points[index - 1]
            let between = before.map { $0 + (point - $0) / 2 } ?? point - max(1, abs(point))
            if !isCovered(between) {
                let text = NumberWriting.text(point)
                gaps.append(before.map { "\(NumberWriting.text($0)) < \(field) < \(text)" } ?? "\(field) < \(text)")
            }
            if !isCovered(point) { gaps.append("\(field) = \(NumberWriting.text(point))") }
        }
        if let last = points.last, !isCovered(last + max(1, abs(last))) {
            gaps.append("\(field) > \(NumberWriting.text(last))")
        }
        self = gaps.isEmpty ? .complete(field: field) : .gaps(field: field, gaps)
    }

    private static func gather(_ test: ConditionTest, _ field: inout String?, _ numbers: inout Set<Double>) -> Bool {
        switch test {
        case .number(let path, _, let number):
            guard field == nil || field == path.text else { return false }
            field = path.text
            numbers.insert(number)
            return true
        case .and(let one, let two), .or(let one, let two):
            return gather(one, &field, &numbers) && gather(two, &field, &numbers)
        case .not(let inner): return gather(inner, &field, &numbers)
        case .string, .literal, .anyOf, .truth, .exists: return false
        }
    }

    private static func holds(_ test: ConditionTest, _ number: Double) -> Bool {
        switch test {
        case .number(_, let comparison, let bound): comparison.holds(number, bound)
        case .and(let one, let two): holds(one, number) && holds(two, number)
        case .or(let one, let two): holds(one, number) || holds(two, number)
        case .not(let inner): !holds(inner, number)
        case .string, .literal, .anyOf, .truth, .exists: false
        }
    }
}
