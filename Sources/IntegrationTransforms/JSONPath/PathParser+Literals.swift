internal import IntegrationDocument

extension PathParser {
    /// A quoted text, with either kind of quotes (RFC 9535, 2.3.1.1).
    mutating func string() throws(JSONPathError) -> [UInt8] {
        let quote = text[at]
        let start = at
        at += 1
        var out: [UInt8] = []
        while let byte = peek {
            at += 1
            switch byte {
            case quote: return out
            case UInt8(ascii: "\\"): try escape(quote, &out)
            case 0..<0x20: throw error("a control character in quotes is written as an escape", at: at - 1)
            default: out.append(byte)
            }
        }
        throw error("the quote is never closed", at: start)
    }

    private mutating func escape(_ quote: UInt8, _ out: inout [UInt8]) throws(JSONPathError) {
        let start = at - 1
        guard let byte = peek else { throw error("the quote is never closed", at: start) }
        at += 1
        switch byte {
        case quote, UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(byte)
        case UInt8(ascii: "b"): out.append(0x08)
        case UInt8(ascii: "f"): out.append(0x0C)
        case UInt8(ascii: "n"): out.append(0x0A)
        case UInt8(ascii: "r"): out.append(0x0D)
        case UInt8(ascii: "t"): out.append(0x09)
        case UInt8(ascii: "u"):
            var scalar = try hexadecimal(start)
            if scalar & 0xFC00 == 0xD800 {
                guard accept("\\u") else { throw error("a high surrogate needs a low one behind it", at: start) }
                let low = try hexadecimal(start)
                guard low & 0xFC00 == 0xDC00 else {
                    throw error("a high surrogate needs a low one behind it", at: start)
                }
                scalar = 0x10000 + (scalar & 0x3FF) << 10 + (low & 0x3FF)
            }
            guard let valid = Unicode.Scalar(scalar) else {
                throw error("a low surrogate needs a high one before it", at: start)
            }
            out += Array(String(Character(valid)).utf8)
        default: throw error("this escape does not exist", at: start)
        }
    }

    private mutating func hexadecimal(_ start: Int) throws(JSONPathError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Self.hexadecimalDigit(byte) else {
                throw error("`\\u` needs four hexadecimal digits", at: start)
            }
            value = value << 4 | digit
            at += 1
        }
        return value
    }

    private static func hexadecimalDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): return UInt32(byte - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): return UInt32(byte - UInt8(ascii: "A")) + 10
        default: return nil
        }
    }

    /// The text of a number (RFC 9535, 2.3.5.1); nil where none begins here.
    mutating func number() throws(JSONPathError) -> (kind: Kind, text: [UInt8])? {
        let start = at
        let isNegative = accept(UInt8(ascii: "-"))
        let digits = at
        skipDigits()
        if at == digits {
            guard !isNegative else { throw expected("a digit after `-`") }
            return nil
        }
        guard text[digits] != UInt8(ascii: "0") || at == digits + 1 else {
            throw error("a number has no leading zero", at: start)
        }
        var kind = Kind.integer
        if accept(UInt8(ascii: ".")) {
            kind = .decimal
            let fraction = at
            skipDigits()
            guard at > fraction else { throw expected("a digit after the point") }
        }
        if accept(UInt8(ascii: "e")) || accept(UInt8(ascii: "E")) {
            kind = .decimal
            if !accept(UInt8(ascii: "+")) { _ = accept(UInt8(ascii: "-")) }
            let exponent = at
            skipDigits()
            guard at > exponent else { throw expected("a digit in the exponent") }
        }
        return (kind, Array(text[start..<at]))
    }

    private mutating func skipDigits() {
        while let byte = peek, Self.isDigit(byte) { at += 1 }
    }

    /// A literal of a filter: a quoted text, a number, `true`, `false` or `null`; nil where none begins here.
    mutating func literal() throws(JSONPathError) -> Int32? {
        guard let first = peek else { return nil }
        switch first {
        case UInt8(ascii: "'"), UInt8(ascii: "\""): return draft.add(literal: .string, try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            guard let number = try number() else { return nil }
            return draft.add(literal: number.kind, number.text)
        default:
            if acceptWord("true") { return draft.add(literal: .true, []) }
            if acceptWord("false") { return draft.add(literal: .false, []) }
            if acceptWord("null") { return draft.add(literal: .null, []) }
            return nil
        }
    }

    /// A word that no name goes on behind.
    private mutating func acceptWord(_ word: StaticString) -> Bool {
        let start = at
        guard accept(word) else { return false }
        if let next = peek, Self.isNameStart(next) || Self.isDigit(next) || next == UInt8(ascii: "(") {
            at = start
            return false
        }
        return true
    }
}
