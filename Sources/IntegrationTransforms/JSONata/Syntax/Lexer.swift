/// One token of an expression, with its bytes `start..<end` in the text.
struct Token {
    enum Kind: Equatable {
        case name, variable, string, number, value, regex, `operator`, end
    }

    var kind: Kind
    /// The operator, the name, the characters of a string or the source of a regular expression.
    var text: String
    var number: Double = 0
    /// The flags of a regular expression.
    var flags: String = ""
    var start: Int
    var end: Int
}

/// Splits the text of an expression into tokens, one at a time.
///
/// Whether `/` divides or opens a regular expression depends on what stands before, so the parser says which it expects.
struct Lexer {
    let bytes: [UInt8]
    private(set) var at = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    private static let stops: [Bool] = {
        var table = Array(repeating: false, count: 256)
        for byte in ".[]{}(),@#;:?+-*/%|=<>^&!~ \t\n\r\u{0B}".utf8 { table[Int(byte)] = true }
        return table
    }()

    private static let pairs: [(UInt8, UInt8, String)] = [
        (0x2E, 0x2E, ".."), (0x3A, 0x3D, ":="), (0x21, 0x3D, "!="), (0x3E, 0x3D, ">="), (0x3C, 0x3D, "<="),
        (0x2A, 0x2A, "**"), (0x7E, 0x3E, "~>"), (0x3F, 0x3A, "?:"), (0x3F, 0x3F, "??"),
    ]

    private func byte(_ index: Int) -> UInt8 { index < bytes.count ? bytes[index] : 0 }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) && byte != 0x0C }

    /// The next token; `.end` behind the last.
    ///
    /// - Parameter infix: whether an operator is expected here, so that `/` means division.
    mutating func next(infix: Bool) throws(ExpressionError) -> Token {
        try skipSpaceAndComments()
        let start = at
        guard at < bytes.count else { return Token(kind: .end, text: "(end)", start: bytes.count, end: bytes.count) }
        let first = bytes[at]
        if first == UInt8(ascii: "/"), !infix { return try regex() }
        for pair in Self.pairs where pair.0 == first && pair.1 == byte(at + 1) {
            at += 2
            return Token(kind: .operator, text: pair.2, start: start, end: at)
        }
        if Self.stops[Int(first)] {
            at += 1
            return Token(kind: .operator, text: String(UnicodeScalar(first)), start: start, end: at)
        }
        switch first {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return try string(first)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case UInt8(ascii: "`"):
            guard let close = bytes[(at + 1)...].firstIndex(of: UInt8(ascii: "`")) else {
                throw ExpressionError("S0105", at: bytes.count, end: bytes.count)
            }
            let name = String(decoding: bytes[(at + 1)..<close], as: UTF8.self)
            at = close + 1
            return Token(kind: .name, text: name, start: start, end: at)
        default: return word()
        }
    }

    private mutating func skipSpaceAndComments() throws(ExpressionError) {
        while at < bytes.count {
            if Self.isSpace(bytes[at]) {
                at += 1
            } else if bytes[at] == UInt8(ascii: "/"), byte(at + 1) == UInt8(ascii: "*") {
                let open = at
                at += 2
                while !(byte(at) == UInt8(ascii: "*") && byte(at + 1) == UInt8(ascii: "/")) {
                    at += 1
                    if at >= bytes.count { throw ExpressionError("S0106", at: open, end: open) }
                }
                at += 2
            } else {
                return
            }
        }
    }

    private mutating func word() -> Token {
        let start = at
        while at < bytes.count, !Self.stops[Int(bytes[at])] { at += 1 }
        if bytes[start] == UInt8(ascii: "$") {
            let name = String(decoding: bytes[(start + 1)..<at], as: UTF8.self)
            return Token(kind: .variable, text: name, start: start, end: at)
        }
        let name = String(decoding: bytes[start..<at], as: UTF8.self)
        switch name {
        case "or", "in", "and": return Token(kind: .operator, text: name, start: start, end: at)
        case "true", "false", "null": return Token(kind: .value, text: name, start: start, end: at)
        default: return Token(kind: .name, text: name, start: start, end: at)
        }
    }

    private mutating func number() throws(ExpressionError) -> Token {
        let start = at
        func digit(_ index: Int) -> Bool { byte(index) &- 0x30 < 10 }
        if bytes[at] == UInt8(ascii: "0") { at += 1 } else { while digit(at) { at += 1 } }
        if byte(at) == UInt8(ascii: "."), digit(at + 1) {
            at += 1
            while digit(at) { at += 1 }
        }
        if byte(at) | 0x20 == UInt8(ascii: "e") {
            let sign = byte(at + 1) == UInt8(ascii: "+") || byte(at + 1) == UInt8(ascii: "-") ? 1 : 0
            if digit(at + 1 + sign) {
                at += 1 + sign
                while digit(at) { at += 1 }
            }
        }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        guard let value = Double(text), value.isFinite else {
            throw ExpressionError("S0102", at: start, end: start, token: text)
        }
        return Token(kind: .number, text: text, number: value, start: start, end: at)
    }

    private mutating func string(_ quote: UInt8) throws(ExpressionError) -> Token {
        let start = at
        var out: [UInt8] = []
        var highSurrogate: UInt32?
        func flush() {
            // A surrogate without its partner is no character.
            if highSurrogate != nil { out += Array("\u{FFFD}".utf8) }
            highSurrogate = nil
        }
        at += 1
        while at < bytes.count {
            let byte = bytes[at]
            if byte == quote {
                flush()
                at += 1
                return Token(
                    kind: .string, text: String(decoding: out, as: UTF8.self), start: start, end: at)
            }
            guard byte == 0x5C else {
                flush()
                out.append(byte)
                at += 1
                continue
            }
            at += 1
            let escape = self.byte(at)
            if escape == UInt8(ascii: "u") {
                let unit = try hexDigits()
                if unit & 0xFC00 == 0xD800 {
                    flush()
                    highSurrogate = unit
                } else if unit & 0xFC00 == 0xDC00, let high = highSurrogate {
                    highSurrogate = nil
                    append(0x10000 + (high & 0x3FF) << 10 + (unit & 0x3FF), to: &out)
                } else {
                    flush()
                    append(unit, to: &out)
                }
                continue
            }
            flush()
            switch escape {
            case UInt8(ascii: "\""), 0x5C, UInt8(ascii: "/"): out.append(escape)
            case UInt8(ascii: "b"): out.append(0x08)
            case UInt8(ascii: "f"): out.append(0x0C)
            case UInt8(ascii: "n"): out.append(0x0A)
            case UInt8(ascii: "r"): out.append(0x0D)
            case UInt8(ascii: "t"): out.append(0x09)
            default:
                let token = String(decoding: bytes[at...].prefix(1), as: UTF8.self)
                throw ExpressionError("S0103", at: at, end: at, token: token)
            }
            at += 1
        }
        throw ExpressionError("S0101", at: start, end: bytes.count)
    }

    /// Four hexadecimal digits behind a `u`; leaves `at` behind them.
    private mutating func hexDigits() throws(ExpressionError) -> UInt32 {
        let digits = bytes[min(at + 1, bytes.count)...].prefix(4)
        guard digits.count == 4, let unit = UInt32(String(decoding: digits, as: UTF8.self), radix: 16),
            digits.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") })
        else { throw ExpressionError("S0104", at: at, end: at) }
        at += 5
        return unit
    }

    private func append(_ scalar: UInt32, to out: inout [UInt8]) {
        let character = UnicodeScalar(scalar) ?? "\u{FFFD}"
        out += Array(String(character).utf8)
    }

    private mutating func regex() throws(ExpressionError) -> Token {
        let start = at
        at += 1
        let body = at
        var depth = 0
        while at < bytes.count {
            let byte = bytes[at]
            let isEscaped = bytes[body..<at].reversed().prefix { $0 == 0x5C }.count % 2 == 1
            if byte == UInt8(ascii: "/"), depth == 0, !isEscaped {
                guard at > body else { throw ExpressionError("S0301", at: at, end: at) }
                let pattern = String(decoding: bytes[body..<at], as: UTF8.self)
                at += 1
                let flagStart = at
                while self.byte(at) == UInt8(ascii: "i") || self.byte(at) == UInt8(ascii: "m") { at += 1 }
                let flags = String(decoding: bytes[flagStart..<at], as: UTF8.self)
                return Token(kind: .regex, text: pattern, flags: flags, start: start, end: at)
            }
            if bytes[at - 1] != 0x5C {
                switch byte {
                case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
                case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
                default: break
                }
            }
            at += 1
        }
        throw ExpressionError("S0302", at: start, end: bytes.count)
    }
}
