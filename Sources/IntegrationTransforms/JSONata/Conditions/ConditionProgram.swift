internal import Glibc
internal import IntegrationDocument

/// A condition's tests in a row in raw memory, each with the number of the test to go on with.
///
/// Measured: `total >= 1000` over the mapped bench order takes a third of the instructions of walking the tree of
/// `ConditionTest`, which retains and releases what it passes through.
final class ConditionProgram: @unchecked Sendable {
    // Proof of Sendable: the memory is written only in `init`.

    private struct Step {
        enum Kind: UInt8 {
            case number, string, literal, anyOf, truth, exists
        }

        /// The first key of the path: its first eight bytes, and which of them count.
        var head: UInt64
        var mask: UInt64
        var length: Int
        var number: Double
        var kind: Kind
        var comparison: ConditionTest.Comparison
        /// Whether the path has no further keys.
        var isSingle: Bool
        /// Whether a string or literal is to be equal.
        var isEqual: Bool
        var literal: IntegrationDocument.Kind
        /// Where to go on: a step, or one of the ends.
        var yes: Int32
        var no: Int32
        var undefined: Int32
        /// Index of the path, and of the texts that are compared.
        var path: Int32
        var operand: Int32
    }

    private struct Operand {
        var strings: [Name]
        var numbers: [Double]
    }

    private static let ends: (yes: Int32, no: Int32) = (-1, -2)

    private let steps: UnsafeMutablePointer<Step>
    private let powers: UnsafeMutablePointer<Double>
    private let paths: [ConditionTest.Path]
    private let operands: [Operand]

    init(_ test: ConditionTest) {
        var builder = Builder()
        builder.append(test, yes: Self.ends.yes, no: Self.ends.no, undefined: Self.ends.no)
        steps = .allocate(capacity: builder.steps.count)
        steps.initialize(from: builder.steps, count: builder.steps.count)
        paths = builder.paths
        operands = builder.operands
        powers = .allocate(capacity: 16)
        for power in 0..<16 { (powers + power).initialize(to: (0..<power).reduce(1.0) { value, _ in value * 10 }) }
    }

    deinit {
        steps.deallocate()
        powers.deallocate()
    }

    // MARK: Building

    private struct Builder {
        var steps: [Step] = []
        var paths: [ConditionTest.Path] = []
        var operands: [Operand] = []

        mutating func append(_ test: ConditionTest, yes: Int32, no: Int32, undefined: Int32) {
            switch test {
            case .and(let one, let two):
                let next = Int32(steps.count + Self.count(one))
                append(one, yes: next, no: no, undefined: no)
                append(two, yes: yes, no: no, undefined: no)
            case .or(let one, let two):
                let next = Int32(steps.count + Self.count(one))
                append(one, yes: yes, no: next, undefined: next)
                append(two, yes: yes, no: no, undefined: no)
            case .not(let inner): append(inner, yes: no, no: yes, undefined: undefined)
            case .number(let path, let comparison, let number):
                append(.number, path, yes, no, undefined) { step in
                    step.comparison = comparison
                    step.number = number
                }
            case .string(let path, let text, let isEqual):
                append(.string, path, yes, no, undefined, Operand(strings: [text], numbers: [])) { step in
                    step.isEqual = isEqual
                }
            case .literal(let path, let kind, let isEqual):
                append(.literal, path, yes, no, undefined) { step in
                    step.literal = kind
                    step.isEqual = isEqual
                }
            case .anyOf(let path, let strings, let numbers):
                append(.anyOf, path, yes, no, undefined, Operand(strings: strings, numbers: numbers)) { _ in }
            case .truth(let path): append(.truth, path, yes, no, undefined) { _ in }
            case .exists(let path): append(.exists, path, yes, no, undefined) { _ in }
            }
        }

        private static func count(_ test: ConditionTest) -> Int {
            switch test {
            case .and(let one, let two), .or(let one, let two): count(one) + count(two)
            case .not(let inner): count(inner)
            default: 1
            }
        }

        private mutating func append(
            _ kind: Step.Kind, _ path: ConditionTest.Path, _ yes: Int32, _ no: Int32, _ undefined: Int32,
            _ operand: Operand? = nil, _ complete: (inout Step) -> Void
        ) {
            let key = path.names[0].bytes
            var step = Step(
                head: key.head, mask: key.mask, length: key.count, number: 0, kind: kind, comparison: .equal,
                isSingle: path.names.count == 1, isEqual: true, literal: .null, yes: yes, no: no, undefined: undefined,
                path: Int32(paths.count),
                operand: Int32(operands.count))
            complete(&step)
            paths.append(path)
            if let operand { operands.append(operand) }
            steps.append(step)
        }
    }

    // MARK: Running

    /// Whether the condition holds; nil where only the whole evaluation can say (an error, or a path through arrays).
    @inline(__always)
    func run(_ view: View) -> Bool? {
        guard view.kind == .object else { return nil }
        var index: Int32 = 0
        repeat {
            let step = steps + Int(index)
            guard let next = run(step, view) else { return nil }
            index = next
        } while index >= 0
        return index == -1
    }

    /// The number of the step to go on with.
    @inline(__always)
    private func run(_ step: UnsafeMutablePointer<Step>, _ view: View) -> Int32? {
        var found = find(step, view)
        if !step.pointee.isSingle {
            guard let start = found else { return missing(step) }
            switch paths[Int(step.pointee.path)].rest(View(start, view.bases)) {
            case .nothing: found = nil
            case .gathered: return nil
            case .value(let value): found = value.pointer
            }
        }
        guard let found else { return missing(step) }
        let value = View(found, view.bases)
        if step.pointee.kind == .number, value.word.isNumber {
            let number = double(value)
            return step.pointee.comparison.holds(number, step.pointee.number) ? step.pointee.yes : step.pointee.no
        }
        return other(step, value)
    }

    /// The value of the first key.
    @inline(__always)
    private func find(_ step: UnsafeMutablePointer<Step>, _ view: View) -> UnsafePointer<Word>? {
        let head = step.pointee.head
        let mask = step.pointee.mask
        let length = step.pointee.length
        var at = view.pointer + 1
        let end = at + view.word.span
        var found: UnsafePointer<Word>?
        while at < end {
            let key = at.pointee
            if key.kind == .string {
                // Blocks are padded, so that eight bytes can be read at the last key too.
                if key.length == length,
                    UnsafeRawPointer(view.text(of: key)).loadUnaligned(as: UInt64.self) & mask == head,
                    length <= 8 || equalTail(step, view.text(of: key))
                {
                    found = at + 1
                }
            } else if equalEscaped(step, View(at, view.bases)) {
                found = at + 1
            }
            at += 1 &+ at[1].extent
        }
        return found
    }

    @inline(never)
    private func equalTail(_ step: UnsafeMutablePointer<Step>, _ text: UnsafePointer<UInt8>) -> Bool {
        memcmp(paths[Int(step.pointee.path)].names[0].bytes.start, text, step.pointee.length) == 0
    }

    @inline(never)
    private func equalEscaped(_ step: UnsafeMutablePointer<Step>, _ key: View) -> Bool {
        Text.equal(key.string ?? "", paths[Int(step.pointee.path)].names[0].text)
    }

    /// What a field that isn't there makes of a test.
    @inline(never)
    private func missing(_ step: UnsafeMutablePointer<Step>) -> Int32 {
        switch step.pointee.kind {
        case .number: step.pointee.comparison.isEquality ? step.pointee.no : step.pointee.undefined
        case .truth: step.pointee.undefined
        case .string, .literal, .anyOf, .exists: step.pointee.no
        }
    }

    @inline(never)
    private func other(_ step: UnsafeMutablePointer<Step>, _ value: View) -> Int32? {
        let holds: Bool
        let word = value.word
        switch step.pointee.kind {
        case .number:
            // A number equals nothing else, and comparing it with anything else is an error.
            guard step.pointee.comparison.isEquality else { return nil }
            holds = step.pointee.comparison == .notEqual
        case .string:
            holds = ConditionTest.equals(value, operands[Int(step.pointee.operand)].strings[0]) == step.pointee.isEqual
        case .literal: holds = (word.kind == step.pointee.literal) == step.pointee.isEqual
        case .anyOf:
            let operand = operands[Int(step.pointee.operand)]
            if word.isString {
                holds = operand.strings.contains { ConditionTest.equals(value, $0) }
            } else {
                holds = word.isNumber && operand.numbers.contains(double(value))
            }
        case .truth:
            if word.isContainer { return nil }
            holds = Value(value).truth ?? false
        case .exists: holds = true
        }
        return holds ? step.pointee.yes : step.pointee.no
    }

    /// The nearest double. Up to fifteen digits are exact by one division (Clinger 1990); the rest is left to the
    /// document.
    @inline(__always)
    private func double(_ value: View) -> Double {
        let text = value.text
        let length = value.word.length
        guard length <= 16 else { return NumberText.double(text, length) }
        var at = 0
        let isNegative = text[0] == UInt8(ascii: "-")
        if isNegative { at = 1 }
        var mantissa: UInt64 = 0
        var point = length
        while at < length {
            let digit = text[at] &- 0x30
            if digit < 10 {
                mantissa = mantissa &* 10 &+ UInt64(digit)
            } else {
                guard text[at] == UInt8(ascii: ".") else { return NumberText.double(text, length) }
                point = at &+ 1
            }
            at &+= 1
        }
        guard mantissa < 1_000_000_000_000_000 else { return NumberText.double(text, length) }
        let magnitude = Double(Int64(truncatingIfNeeded: mantissa)) / powers[length &- point]
        return isNegative ? -magnitude : magnitude
    }
}
