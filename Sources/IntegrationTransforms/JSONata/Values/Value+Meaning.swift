internal import Glibc
internal import IntegrationDocument

extension Value {
    /// The effective boolean value (`$boolean`); nil for undefined.
    var truth: Bool? {
        switch self {
        case .undefined: return nil
        case .null, .function: return false
        case .bool(let bool): return bool
        case .number(let number): return number != 0 && !number.isNaN
        case .string(let string): return !string.utf8.isEmpty
        case .array(let box):
            if box.items.count == 1 { return box.items[0].truth }
            return box.items.contains { $0.truth ?? false }
        case .object(let box): return box.count > 0
        case .tuple: return true
        case .view(let view):
            switch view.kind {
            case .integer, .decimal: return view.double != 0
            case .string, .escapedString: return view.word.length > 0
            case .object: return view.count > 0
            case .array:
                if view.count == 1, let only = view[0] { return Value(only).truth }
                return view.elements.contains { Value($0).truth ?? false }
            default: return false
            }
        }
    }

    /// Whether two values are the same (`=`): arrays by their elements, objects by their members without order.
    func isEqual(to other: Value) -> Bool {
        if let one = double, let two = other.double { return one == two }
        switch (self, other) {
        case (.undefined, .undefined), (.null, .null): return true
        case (.bool(let one), .bool(let two)): return one == two
        case (.function(let one), .function(let two)): return one === two
        default: break
        }
        if isString, other.isString { return Text.equal(string ?? "", other.string ?? "") }
        if let one = elements, let two = other.elements {
            return one.count == two.count && zip(one, two).allSatisfy { $0.isEqual(to: $1) }
        }
        if isObject, other.isObject {
            let one = members
            let two = ObjectBox()
            for member in other.members { two.set(member.key, member.value) }
            return one.count == two.count
                && one.allSatisfy { member in two[member.key].map { member.value.isEqual(to: $0) } ?? false }
        }
        return false
    }

    /// Whether two values are identical in the sense of `in`: scalars by value, arrays and objects by identity.
    func isIdentical(to other: Value) -> Bool {
        switch (self, other) {
        case (.array(let one), .array(let two)): return one === two
        case (.object(let one), .object(let two)): return one === two
        case (.view(let one), .view(let two)) where one.word.isContainer || two.word.isContainer:
            return one.pointer == two.pointer
        default: break
        }
        guard !isArray, !isObject, !other.isArray, !other.isObject else { return false }
        return isEqual(to: other)
    }

    /// Nesting of arrays and objects that an evaluation may make.
    static let maximumNesting = 1000

    /// The value as `$string` writes it: strings as they are, numbers to 15 digits, functions empty.
    ///
    /// - Throws: D3001 for a number that is not finite, D1001 for one within an array or object.
    func text(pretty: Bool = false) throws(ExpressionError) -> String? {
        if let number = double, !number.isFinite { throw ExpressionError("D3001") }
        switch self {
        case .undefined: return nil
        case .function: return ""
        case .string(let string): return string
        case .view(let view) where view.word.isString: return view.string
        default:
            var out: [UInt8] = []
            let value =
                if case .array(let box) = self, box.isOuterWrapper, let inner = box.items.first { inner } else { self }
            try value.write(to: &out, pretty: pretty, level: 0)
            return String(decoding: out, as: UTF8.self)
        }
    }

    /// The value as it stands in messages.
    var summary: String {
        var out: [UInt8] = []
        do {
            try write(to: &out, pretty: false, level: 0)
        } catch {
            return double.map { "\($0)" } ?? "a value nested too deeply"
        }
        if isUndefined { return "nothing" }
        let text = String(decoding: out.prefix(200), as: UTF8.self)
        return out.count > 200 ? text + "…" : text
    }

    private func write(to out: inout [UInt8], pretty: Bool, level: Int) throws(ExpressionError) {
        guard level < Self.maximumNesting else {
            throw ExpressionError("U1001", value: "the value is nested more than \(Self.maximumNesting) levels")
        }
        switch self {
        case .undefined, .null: out += Array("null".utf8)
        case .bool(let bool): out += Array((bool ? "true" : "false").utf8)
        case .number(let number): try Self.write(number, to: &out)
        case .function: out += [0x22, 0x22]
        case .string(let string): Self.writeQuoted(string, to: &out)
        case .tuple(let tuple): try tuple.context.write(to: &out, pretty: pretty, level: level)
        case .array(let box): try Self.writeArray(box.items, to: &out, pretty, level)
        case .object: try writeObject(to: &out, pretty, level)
        case .view(let view):
            switch view.kind {
            case .integer, .decimal: try Self.write(view.double ?? 0, to: &out)
            case .string, .escapedString: Self.writeQuoted(view.string ?? "", to: &out)
            case .array: try Self.writeArray(elements ?? [], to: &out, pretty, level)
            default: try writeObject(to: &out, pretty, level)
            }
        }
    }

    private static func write(_ number: Double, to out: inout [UInt8]) throws(ExpressionError) {
        guard number.isFinite else { throw ExpressionError(notFinite: number) }
        out += Array(NumberWriting.text(NumberWriting.rounded(number)).utf8)
    }

    private static func writeQuoted(_ string: String, to out: inout [UInt8]) {
        out.append(0x22)
        StringEscapes.append(string.utf8, to: &out)
        out.append(0x22)
    }

    private static func indent(_ out: inout [UInt8], _ level: Int) {
        out.append(0x0A)
        out += Array(repeating: 0x20, count: 2 * level)
    }

    private static func writeArray(
        _ items: [Value], to out: inout [UInt8], _ pretty: Bool, _ level: Int
    ) throws(ExpressionError) {
        out.append(UInt8(ascii: "["))
        for (index, item) in items.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            if pretty { indent(&out, level + 1) }
            try item.write(to: &out, pretty: pretty, level: level + 1)
        }
        if pretty, !items.isEmpty { indent(&out, level) }
        out.append(UInt8(ascii: "]"))
    }

    private func writeObject(to out: inout [UInt8], _ pretty: Bool, _ level: Int) throws(ExpressionError) {
        out.append(UInt8(ascii: "{"))
        var isFirst = true
        for (key, value) in members where !value.isUndefined {
            if !isFirst { out.append(UInt8(ascii: ",")) }
            isFirst = false
            if pretty { Self.indent(&out, level + 1) }
            Self.writeQuoted(key, to: &out)
            out.append(UInt8(ascii: ":"))
            if pretty { out.append(0x20) }
            try value.write(to: &out, pretty: pretty, level: level + 1)
        }
        if pretty, !isFirst { Self.indent(&out, level) }
        out.append(UInt8(ascii: "}"))
    }
}

/// Numbers as ECMAScript writes and rounds them.
enum NumberWriting {
    /// The shortest text of a finite number (ECMA-262, Number::toString).
    static func text(_ value: Double) -> String { NumberText.text(of: value) ?? "null" }

    /// The number with at most 15 significant digits.
    static func rounded(_ value: Double) -> Double {
        // Integers stay as they are, and so does what has no more digits.
        if value == value.rounded(.towardZero) || NumberText.short(value) != nil { return value }
        return strtod(format(value, "%.14e"), nil)
    }

    /// The digits of a number with `digits` places behind the point (ECMA-262, Number.prototype.toFixed).
    static func fixed(_ value: Double, _ digits: Int) -> String { format(value, "%.\(min(max(digits, 0), 100))f") }

    private static func format(_ value: Double, _ pattern: String) -> String {
        withVaList([value]) { arguments in
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
                let count = vsnprintf(buffer.baseAddress, buffer.count, pattern, arguments)
                return String(decoding: buffer.prefix(max(0, Int(count))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            }
        }
    }
}
