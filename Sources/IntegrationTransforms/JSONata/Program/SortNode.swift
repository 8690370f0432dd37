internal import IntegrationDocument

/// `^(…)`: an order-by as a step of a path.
final class SortNode: Node, @unchecked Sendable {
    struct Term: Sendable {
        var node: Node
        var isDescending: Bool
    }

    let terms: [Term]

    init(_ syntax: Syntax, _ terms: [Term]) {
        self.terms = terms
        super.init(syntax)
    }

    override var children: [Node] { terms.map(\.node) }

    /// The items in order, equal ones as they stood. Each item's terms are evaluated once.
    func sorted(_ value: Value, _ frame: Frame, _ evaluator: Evaluator) throws(ExpressionError) -> Value {
        let items = value.items
        guard items.count > 1 else { return value }
        var keys: [[Value]] = []
        keys.reserveCapacity(items.count)
        for item in items {
            var context = item
            var scope = frame
            if case .tuple(let row) = item {
                context = row.context
                scope = Frame(frame, names: row.names, values: row.values)
            }
            var row: [Value] = []
            for term in terms { row.append(try evaluator.evaluate(term.node, context, scope)) }
            keys.append(row)
        }
        let order = try MergeSort.order(items.count) { (one, two) throws(ExpressionError) in
            try evaluator.charge()
            return try comesAfter(keys[one], keys[two])
        }
        return .array(ArrayBox(order.map { items[$0] }))
    }

    private func comesAfter(_ one: [Value], _ two: [Value]) throws(ExpressionError) -> Bool {
        for (index, term) in terms.enumerated() {
            let left = one[index]
            let right = two[index]
            // What is missing stands last, whichever way the term sorts.
            if left.isUndefined {
                if right.isUndefined { continue }
                return true
            }
            if right.isUndefined { return false }
            for value in [left, right] where value.double == nil && !value.isString {
                throw error("T2008", value: value)
            }
            let isLess: Bool
            if let first = left.double, let second = right.double {
                if first == second { continue }
                isLess = first < second
            } else if let first = left.string, let second = right.string {
                if Text.equal(first, second) { continue }
                isLess = Text.isLess(first, second)
            } else {
                throw error("T2007", value: left, second: right)
            }
            return isLess == term.isDescending
        }
        return false
    }
}

/// A stable merge sort over indexes, with a comparison that may fail.
enum MergeSort {
    /// The order of `0..<count`, where `comesAfter(a, b)` says that a belongs behind b.
    static func order(
        _ count: Int, _ comesAfter: (Int, Int) throws(ExpressionError) -> Bool
    ) throws(ExpressionError) -> [Int] {
        var order = Array(0..<count)
        var target = order
        var width = 1
        while width < count {
            var start = 0
            while start < count {
                let middle = min(start + width, count)
                let end = min(start + 2 * width, count)
                var left = start
                var right = middle
                for slot in start..<end {
                    let takeLeft: Bool
                    if left < middle, right < end {
                        takeLeft = !(try comesAfter(order[left], order[right]))
                    } else {
                        takeLeft = left < middle
                    }
                    if takeLeft {
                        target[slot] = order[left]
                        left += 1
                    } else {
                        target[slot] = order[right]
                        right += 1
                    }
                }
                start = end
            }
            swap(&order, &target)
            width *= 2
        }
        return order
    }
}
