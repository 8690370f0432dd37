/// The grammar of numbers (RFC 8259, 6). `Kind.missing` stands for "no number": it costs less than an optional.
enum NumberGrammar {
    /// The kind of a number of one to eight bytes that are digits with at most one point; `.missing` for anything else,
    /// which may still be a number. Reads eight bytes whatever the length.
    @inline(__always)
    static func short(_ text: UnsafePointer<UInt8>, _ length: Int) -> Kind {
        guard UInt(bitPattern: length &- 1) < 8 else { return .missing }
        let kept = UInt64.max &>> (UInt64(truncatingIfNeeded: 8 &- length) &* 8)
        // Digits become 0...9 and the point 0x1E; then the top bit of a byte says that it is no digit.
        let values = UnsafeRawPointer(text).loadUnaligned(as: UInt64.self) ^ 0x3030_3030_3030_3030
        let others =
            (((values & 0x7F7F_7F7F_7F7F_7F7F) &+ 0x7676_7676_7676_7676) | values) & 0x8080_8080_8080_8080 & kept
        let startsWithZero = values & 0xFF == 0
        if others == 0 { return startsWithZero && length > 1 ? .missing : .integer }
        // One single other byte, a point with digits on both sides, and behind a leading zero at once.
        let place = others.trailingZeroBitCount &>> 3
        let isPoint = others & (others &- 1) == 0 && text[place] == UInt8(ascii: ".")
        let isInside = place > 0 && place < length &- 1 && !(startsWithZero && place > 1)
        return isPoint && isInside ? .decimal : .missing
    }

    /// The kind of the number that is all of the text; `.missing` where it is none.
    static func kind(_ text: UnsafePointer<UInt8>, _ length: Int) -> Kind {
        var at = 0
        if length > 0, text[0] == UInt8(ascii: "-") { at = 1 }
        guard at < length else { return .missing }
        if text[at] == UInt8(ascii: "0") {
            at &+= 1
        } else {
            guard digits(text, &at, length) else { return .missing }
        }
        var kind = Kind.integer
        if at < length, text[at] == UInt8(ascii: ".") {
            kind = .decimal
            at &+= 1
            guard digits(text, &at, length) else { return .missing }
        }
        if at < length, text[at] | 0x20 == UInt8(ascii: "e") {
            kind = .decimal
            at &+= 1
            if at < length, text[at] == UInt8(ascii: "+") || text[at] == UInt8(ascii: "-") { at &+= 1 }
            guard digits(text, &at, length) else { return .missing }
        }
        return at == length ? kind : .missing
    }

    /// Steps over one or more digits.
    @inline(__always)
    private static func digits(_ text: UnsafePointer<UInt8>, _ at: inout Int, _ length: Int) -> Bool {
        let start = at
        while at < length, text[at] &- 0x30 < 10 { at &+= 1 }
        return at > start
    }

    /// Whether a number is so short and plain that a double can hold its magnitude.
    static func isSurelyFinite(_ text: UnsafePointer<UInt8>, _ length: Int) -> Bool {
        guard length <= 300 else { return false }
        for at in 0..<length where text[at] | 0x20 == UInt8(ascii: "e") { return false }
        return true
    }
}
