/// RFC 8259 once more, byte by byte and by recursion: an oracle that shares nothing with the parser under test.
struct ReferenceGrammar {
    /// What was met on the way; some of it simdjson refuses although it is grammar.
    struct Finding: Equatable {
        var isValid = false
        var hasLoneSurrogate = false
        /// A number that is no 64-bit integer and has neither fraction nor exponent, or that no double can hold.
        var hasBigNumber = false
        var depth = 0
    }

    private let text: [UInt8]
    private var at = 0
    private var finding = Finding()
    private var level = 0

    static func check(_ text: [UInt8]) -> Finding {
        var grammar = ReferenceGrammar(text: text)
        grammar.skipSpace()
        var valid = grammar.value()
        grammar.skipSpace()
        valid = valid && grammar.at == text.count && String(validating: text, as: UTF8.self) != nil
        grammar.finding.isValid = valid
        return grammar.finding
    }

    private init(text: [UInt8]) { self.text = text }

    private var byte: UInt8? { at < text.count ? text[at] : nil }

    private mutating func skipSpace() {
        while let byte, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { at += 1 }
    }

    private mutating func take(_ expected: UInt8) -> Bool {
        guard byte == expected else { return false }
        at += 1
        return true
    }

    private mutating func take(_ word: StaticString) -> Bool {
        for step in 0..<word.utf8CodeUnitCount where !take(word.utf8Start[step]) { return false }
        return true
    }

    private mutating func value() -> Bool {
        switch byte {
        case UInt8(ascii: "{"): return container(UInt8(ascii: "}"), member)
        case UInt8(ascii: "["): return container(UInt8(ascii: "]")) { $0.value() }
        case UInt8(ascii: "\""): return string()
        case UInt8(ascii: "t"): return take("true")
        case UInt8(ascii: "f"): return take("false")
        case UInt8(ascii: "n"): return take("null")
        default: return number()
        }
    }

    private func member(_ grammar: inout Self) -> Bool {
        guard grammar.string() else { return false }
        grammar.skipSpace()
        guard grammar.take(UInt8(ascii: ":")) else { return false }
        grammar.skipSpace()
        return grammar.value()
    }

    private mutating func container(_ closing: UInt8, _ element: (inout Self) -> Bool) -> Bool {
        at += 1
        level += 1
        finding.depth = max(finding.depth, level)
        skipSpace()
        if !take(closing) {
            while true {
                guard element(&self) else { return false }
                skipSpace()
                if take(closing) { break }
                guard take(UInt8(ascii: ",")) else { return false }
                skipSpace()
            }
        }
        level -= 1
        return true
    }

    private mutating func string() -> Bool {
        guard take(UInt8(ascii: "\"")) else { return false }
        while let byte {
            at += 1
            switch byte {
            case UInt8(ascii: "\""): return true
            case 0..<0x20: return false
            case UInt8(ascii: "\\"): guard escape() else { return false }
            default: break
            }
        }
        return false
    }

    private mutating func escape() -> Bool {
        guard let byte else { return false }
        at += 1
        guard byte == UInt8(ascii: "u") else { return Array(#""\/bfnrt"#.utf8).contains(byte) }
        guard let unit = hex() else { return false }
        if unit & 0xFC00 == 0xDC00 { finding.hasLoneSurrogate = true }
        if unit & 0xFC00 == 0xD800 {
            let mark = at
            if take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")), let low = hex(), low & 0xFC00 == 0xDC00 {
                return true
            }
            finding.hasLoneSurrogate = true
            at = mark
        }
        return true
    }

    private mutating func hex() -> Int? {
        guard at + 4 <= text.count else { return nil }
        let digits = text[at..<(at + 4)]
        guard digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit && $0 < 0x80 }) else { return nil }
        at += 4
        return Int(String(decoding: digits, as: UTF8.self), radix: 16)
    }

    private mutating func digits() -> Bool {
        let start = at
        while let byte, (0x30...0x39).contains(byte) { at += 1 }
        return at > start
    }

    private mutating func number() -> Bool {
        let start = at
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { guard digits() else { return false } }
        var isInteger = true
        if take(UInt8(ascii: ".")) {
            isInteger = false
            guard digits() else { return false }
        }
        if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
            isInteger = false
            at += 1
            if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { at += 1 }
            guard digits() else { return false }
        }
        let written = String(decoding: text[start..<at], as: UTF8.self)
        if isInteger {
            if Int64(written) == nil, UInt64(written) == nil { finding.hasBigNumber = true }
        } else if Double(written)?.isFinite != true {
            finding.hasBigNumber = true
        }
        return true
    }
}
