internal import Glibc
internal import IntegrationDocument

enum BinaryOperator: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case remainder = "%"
    case equal = "="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case concatenate = "&"
    case and
    case or
    case range = ".."
    case `in`
}

final class BinaryNode: Node, @unchecked Sendable {
    let op: BinaryOperator
    let left: Node
    let right: Node

    init(_ syntax: Syntax, _ op: BinaryOperator, _ left: Node, _ right: Node) {
        self.op = op
        self.left = left
        self.right = right
        super.init(syntax)
    }

    override var children: [Node] { [left, right] }

    override func run(_ input: Value, _ frame: Frame, _ evaluator: Evaluator) throws(ExpressionError) -> Value {
        let one = try evaluator.evaluate(left, input, frame)
        switch op {
        case .and:
            guard one.truth ?? false else { return .bool(false) }
            return .bool(try secondTruth(input, frame, evaluator))
        case .or:
            if one.truth ?? false { return .bool(true) }
            return .bool(try secondTruth(input, frame, evaluator))
        default: break
        }
        let two = try evaluator.evaluate(right, input, frame)
        switch op {
        case .add, .subtract, .multiply, .divide, .remainder: return try arithmetic(one, two)
        case .equal, .notEqual:
            if one.isUndefined || two.isUndefined { return .bool(false) }
            return .bool(one.isEqual(to: two) == (op == .equal))
        case .less, .lessOrEqual, .greater, .greaterOrEqual: return try compare(one, two)
        case .concatenate: return try concatenate(one, two, evaluator)
        case .range: return try range(one, two, evaluator)
        case .in:
            if one.isUndefined || two.isUndefined { return .bool(false) }
            let items = two.items
            try evaluator.charge(items.count)
            return .bool(items.contains { $0.isIdentical(to: one) })
        case .and, .or: return .undefined
        }
    }

    /// Whether the right side holds. Its errors have the operator's position, as in jsonata-js.
    private func secondTruth(
        _ input: Value, _ frame: Frame, _ evaluator: Evaluator
    ) throws(ExpressionError) -> Bool {
        do {
            return try evaluator.evaluate(right, input, frame).truth ?? false
        } catch {
            throw error.placed(at: start, end: end).with(end: end)
        }
    }

    /// A number as an operand; D1001 where it is infinite, nil where it is none.
    private func operand(_ value: Value) throws(ExpressionError) -> Double? {
        guard let number = value.double, !number.isNaN else { return nil }
        guard number.isFinite else { throw error("D1001", token: op.rawValue, value: value) }
        return number
    }

    private func arithmetic(_ one: Value, _ two: Value) throws(ExpressionError) -> Value {
        let left = try operand(one)
        if left == nil, !one.isUndefined { throw error("T2001", token: op.rawValue, value: one) }
        let right = try operand(two)
        if right == nil, !two.isUndefined { throw error("T2002", token: op.rawValue, value: two) }
        guard let left, let right else { return .undefined }
        switch op {
        case .add: return .number(left + right)
        case .subtract: return .number(left - right)
        case .multiply: return .number(left * right)
        case .divide: return .number(left / right)
        default: return .number(fmod(left, right))
        }
    }

    private func compare(_ one: Value, _ two: Value) throws(ExpressionError) -> Value {
        if let left = one.double, let right = two.double {
            switch op {
            case .less: return .bool(left < right)
            case .lessOrEqual: return .bool(left <= right)
            case .greater: return .bool(left > right)
            default: return .bool(left >= right)
            }
        }
        for value in [one, two] where !value.isUndefined && value.double == nil && !value.isString {
            throw error("T2010", token: op.rawValue, value: value)
        }
        if one.isUndefined || two.isUndefined { return .undefined }
        guard let left = one.string, let right = two.string else {
            throw error("T2009", token: op.rawValue, value: one, second: two)
        }
        switch op {
        case .less: return .bool(Text.isLess(left, right))
        case .lessOrEqual: return .bool(!Text.isLess(right, left))
        case .greater: return .bool(Text.isLess(right, left))
        default: return .bool(!Text.isLess(left, right))
        }
    }

    private func concatenate(
        _ one: Value, _ two: Value, _ evaluator: Evaluator
    ) throws(ExpressionError) -> Value {
        do {
            let text = (try one.text() ?? "") + (try two.text() ?? "")
            try evaluator.charge(text: text.utf8.count)
            return .string(text)
        } catch {
            throw error.placed(at: start, end: end).with(token: op.rawValue)
        }
    }

    /// Most elements of a range.
    private static let longestRange = 1e7
    /// Elements that are made between two looks at the budget.
    private static let rangePart = 1024

    private func range(_ one: Value, _ two: Value, _ evaluator: Evaluator) throws(ExpressionError) -> Value {
        func bound(_ value: Value, _ code: String) throws(ExpressionError) -> Double? {
            if value.isUndefined { return nil }
            guard let number = value.double, number.isFinite, number == number.rounded() else {
                throw error(code, token: op.rawValue, value: value)
            }
            return number
        }
        let low = try bound(one, "T2003")
        let high = try bound(two, "T2004")
        guard let low, let high, low <= high else { return .undefined }
        let count = high - low + 1
        guard count <= Self.longestRange else {
            throw error("D2014", token: op.rawValue, value: .number(count))
        }
        try evaluator.require(Int(count))
        let result = ArrayBox(isSequence: true)
        for start in stride(from: 0, to: Int(count), by: Self.rangePart) {
            let end = min(start + Self.rangePart, Int(count))
            try evaluator.charge(end - start)
            for step in start..<end { result.items.append(.number(low + Double(step))) }
        }
        return .array(result)
    }
}

final class NegationNode: Node, @unchecked Sendable {
    let operand: Node

    init(_ syntax: Syntax, _ operand: Node) {
        self.operand = operand
        super.init(syntax)
    }

    override var children: [Node] { [operand] }

    override func run(_ input: Value, _ frame: Frame, _ evaluator: Evaluator) throws(ExpressionError) -> Value {
        let value = try evaluator.evaluate(operand, input, frame)
        if value.isUndefined { return .undefined }
        guard let number = value.double, !number.isNaN else { throw error("D1002", token: "-", value: value) }
        guard number.isFinite else { throw error("D1001", token: "-", value: value) }
        return .number(-number)
    }
}
