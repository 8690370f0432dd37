internal import Glibc
internal import IntegrationDocument

extension DirectRun {
    @inline(__always)
    func bytes(_ word: Word) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: bases[word.base] + word.offset, count: word.length)
    }

    /// The number; nil for anything else.
    @inline(__always)
    func double(_ value: DirectValue) -> Double? {
        switch value {
        case .number(let number): number
        case .scalar(let word) where word.isNumber: NumberText.double(bases[word.base] + word.offset, word.length)
        default: nil
        }
    }

    /// The effective boolean value, false for undefined; nil where only the whole evaluation can say.
    func truth(_ value: DirectValue) -> Bool? {
        switch value {
        case .undefined, .null: return false
        case .unknown: return nil
        case .bool(let bool): return bool
        case .number(let number): return number != 0 && !number.isNaN
        case .scalar(let word): return word.isString ? word.length > 0 : double(value) != 0
        case .container(let pointer): return pointer.pointee.kind == .object ? pointer.pointee.count > 0 : nil
        }
    }

    // MARK: Numbers

    /// A finite number as an operand; nil for undefined.
    ///
    /// - Returns: false where the value is neither.
    @inline(__always)
    private func operand(_ value: DirectValue, _ number: inout Double?) -> Bool {
        if value.isUndefined { return true }
        number = double(value)
        return number?.isFinite ?? false
    }

    @inline(__always)
    func arithmetic(_ kind: DirectOperation.Kind, _ one: DirectValue, _ two: DirectValue) -> DirectValue {
        var left: Double?
        var right: Double?
        guard operand(one, &left), operand(two, &right) else { return .unknown }
        guard let left, let right else { return .undefined }
        switch kind {
        case .add: return .number(left + right)
        case .subtract: return .number(left - right)
        case .multiply: return .number(left * right)
        case .divide: return .number(left / right)
        default: return .number(fmod(left, right))
        }
    }

    func number(_ kind: DirectOperation.Kind, _ value: DirectValue) -> DirectValue {
        if value.isUndefined { return .undefined }
        if kind == .toNumber {
            if case .bool(let bool) = value { return .number(bool ? 1 : 0) }
            return double(value) == nil ? .unknown : value
        }
        guard let number = double(value), number.isFinite else { return .unknown }
        switch kind {
        case .negate: return .number(-number)
        case .floor: return .number(number.rounded(.down))
        case .ceil: return .number(number.rounded(.up))
        case .abs: return .number(Swift.abs(number))
        default: return .number(BuiltinCall.round(number, places: 0))
        }
    }

    // MARK: Comparisons

    @inline(__always)
    func compare(_ kind: DirectOperation.Kind, _ one: DirectValue, _ two: DirectValue) -> DirectValue {
        if let left = double(one), let right = double(two) {
            switch kind {
            case .less: return .bool(left < right)
            case .lessOrEqual: return .bool(left <= right)
            case .greater: return .bool(left > right)
            default: return .bool(left >= right)
            }
        }
        return compareOthers(kind, one, two)
    }

    @inline(never)
    private func compareOthers(
        _ kind: DirectOperation.Kind, _ one: DirectValue, _ two: DirectValue
    ) -> DirectValue {
        guard isComparable(one), isComparable(two) else { return .unknown }
        if one.isUndefined || two.isUndefined { return .undefined }
        guard let left = plainText(one), let right = plainText(two) else { return .unknown }
        switch kind {
        case .less: return .bool(Text.isLess(left, right))
        case .lessOrEqual: return .bool(!Text.isLess(right, left))
        case .greater: return .bool(Text.isLess(right, left))
        default: return .bool(!Text.isLess(left, right))
        }
    }

    private func isComparable(_ value: DirectValue) -> Bool {
        switch value {
        case .undefined, .number, .scalar: true
        default: false
        }
    }

    /// The characters of a string without escapes; nil for anything else.
    private func plainText(_ value: DirectValue) -> UnsafeBufferPointer<UInt8>? {
        guard case .scalar(let word) = value, word.kind == .string else { return nil }
        return bytes(word)
    }

    /// Whether two values that are there are equal; nil where only the whole evaluation can say.
    func areEqual(_ one: DirectValue, _ two: DirectValue) -> Bool? {
        if let left = double(one), let right = double(two) { return left == right }
        switch (one, two) {
        case (.container, _), (_, .container), (.unknown, _), (_, .unknown): return nil
        case (.null, .null): return true
        case (.bool(let left), .bool(let right)): return left == right
        case (.scalar(let left), .scalar(let right)):
            guard left.isString, right.isString else { return false }
            guard left.kind == .string, right.kind == .string else { return nil }
            return left.length == right.length
                && memcmp(bases[left.base] + left.offset, bases[right.base] + right.offset, left.length) == 0
        default: return false
        }
    }

    mutating func anyOf(_ operation: UnsafePointer<DirectOperation>, _ context: Pointer) -> DirectValue {
        let wanted = value(operation.pointee.third, context)
        if wanted.isUnknown { return .unknown }
        if wanted.isUndefined { return .bool(false) }
        for index in operation.pointee.first..<operation.pointee.second {
            guard let isEqual = areEqual(value(operands[Int(index)], context), wanted) else { return .unknown }
            if isEqual { return .bool(true) }
        }
        return .bool(false)
    }

    // MARK: Texts

    /// What `$string` makes of a scalar: a plain string, or a number to fifteen digits.
    private enum Piece {
        case text(UnsafeBufferPointer<UInt8>)
        case number(Double)
    }

    /// Nil where only the whole evaluation can say. Undefined gives no characters.
    private func piece(_ value: DirectValue) -> Piece? {
        switch value {
        case .undefined: return .text(UnsafeBufferPointer(start: nil, count: 0))
        case .null: return .text(Self.buffer("null"))
        case .bool(let bool): return .text(bool ? Self.buffer("true") : Self.buffer("false"))
        case .number(let number): return number.isFinite ? .number(number) : nil
        case .scalar(let word):
            if word.kind == .string { return .text(bytes(word)) }
            return word.isNumber ? double(value).flatMap { $0.isFinite ? .number($0) : nil } : nil
        case .container, .unknown: return nil
        }
    }

    private static func buffer(_ text: StaticString) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }

    mutating func concatenate(_ operation: UnsafePointer<DirectOperation>, _ context: Pointer) -> DirectValue {
        let first = Int(operation.pointee.first)
        let count = Int(operation.pointee.second) - first
        return withUnsafeTemporaryAllocation(of: DirectValue.self, capacity: DirectDraft.mostOperands) { values in
            var length = 0
            for index in 0..<count {
                let one = value(operands[first + index], context)
                values.initializeElement(at: index, to: one)
                switch piece(one) {
                case .text(let text): length += text.count
                case .number: length += NumberText.room
                case nil: return .unknown
                }
            }
            return make(length) { run, out in
                var at = out
                for index in 0..<count {
                    switch run.piece(values[index]) {
                    case .text(let text):
                        if let start = text.baseAddress { memcpy(at, start, text.count) }
                        at += text.count
                    case .number(let number): at += NumberText.write(NumberWriting.rounded(number), to: at)
                    case nil: break
                    }
                }
                return at - out
            }
        }
    }

    /// A string of the arena that `write` writes, up to `length` bytes that need no escapes.
    @inline(__always)
    private mutating func make(
        _ length: Int, _ write: (DirectRun, UnsafeMutablePointer<UInt8>) -> Int
    ) -> DirectValue {
        room -= length
        guard room >= 0, length <= Word.maximumLength else { return .unknown }
        let slice = arena._withUnsafeGuaranteedRef { $0.appendScratch(count: length) { write(self, $0) } }
        return .scalar(
            Word(.string, base: Int(slice.base), offset: Int(slice.offset), length: Int(slice.length)))
    }

    mutating func text(_ kind: DirectOperation.Kind, _ value: DirectValue) -> DirectValue {
        if value.isUndefined { return .undefined }
        guard kind == .string else { return changeCase(value, to: kind) }
        switch piece(value) {
        case .text(let text):
            if case .scalar = value { return value }
            return make(text.count) { _, out in
                if let start = text.baseAddress { memcpy(out, start, text.count) }
                return text.count
            }
        case .number(let number):
            return make(NumberText.room) { _, out in NumberText.write(NumberWriting.rounded(number), to: out) }
        case nil: return .unknown
        }
    }

    /// Letters beyond ASCII are left to the whole evaluation.
    private mutating func changeCase(_ value: DirectValue, to kind: DirectOperation.Kind) -> DirectValue {
        guard case .scalar(let word) = value, word.kind == .string else { return .unknown }
        guard bytes(word).allSatisfy({ $0 < 0x80 }) else { return .unknown }
        let first = kind == .uppercase ? UInt8(ascii: "a") : UInt8(ascii: "A")
        return make(word.length) { run, out in
            // Only now: making room may have moved the text.
            let text = run.bytes(word)
            for index in 0..<text.count { out[index] = text[index] &- first < 26 ? text[index] ^ 0x20 : text[index] }
            return text.count
        }
    }
}
