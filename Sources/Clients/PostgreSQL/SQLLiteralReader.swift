/// Reads the texts of arrays (PostgreSQL, 8.15.6) and ranges (8.17.5) as the server writes them.
struct SQLLiteralReader {
    enum Token {
        case open, close, separator, null
        case value([UInt8])
    }

    private let text: UnsafeBufferPointer<UInt8>
    private var at = 0

    /// - Parameter text: valid as long as the reader.
    init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

    mutating func nextOfArray() -> Token? {
        // Bounds of the dimensions, `[0:1]={…}`, are not told on.
        if at == 0, text.first == UInt8(ascii: "["), let equals = text.firstIndex(of: UInt8(ascii: "=")) {
            at = equals + 1
        }
        guard at < text.count else { return nil }
        switch text[at] {
        case UInt8(ascii: "{"): return step(.open)
        case UInt8(ascii: "}"): return step(.close)
        // Boxes are told apart by a semicolon.
        case UInt8(ascii: ","), UInt8(ascii: ";"): return step(.separator)
        default:
            let (bytes, isQuoted) = value {
                $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "}") || $0 == UInt8(ascii: ";")
            }
            return !isQuoted && bytes.elementsEqual("NULL".utf8) ? .null : .value(bytes)
        }
    }

    private mutating func step(_ token: Token) -> Token {
        at += 1
        return token
    }

    /// A value up to one of the ends, with quotes and escapes undone; quotes are doubled in ranges, escaped in arrays.
    private mutating func value(_ isEnd: (UInt8) -> Bool) -> (bytes: [UInt8], isQuoted: Bool) {
        var bytes: [UInt8] = []
        var isInside = false
        var isQuoted = false
        while at < text.count, isInside || !isEnd(text[at]) {
            let byte = text[at]
            at += 1
            if byte == UInt8(ascii: "\\"), at < text.count {
                bytes.append(text[at])
                at += 1
            } else if byte == UInt8(ascii: "\"") {
                if isInside, at < text.count, text[at] == UInt8(ascii: "\"") {
                    bytes.append(byte)
                    at += 1
                } else {
                    isInside.toggle()
                    isQuoted = true
                }
            } else {
                bytes.append(byte)
            }
        }
        return (bytes, isQuoted)
    }

    struct Range {
        /// Nil: without end.
        var lower: [UInt8]?
        var upper: [UInt8]?
        /// Such as `[)`.
        var bounds: String
    }

    /// Nil for the empty range.
    mutating func nextRange() -> Range? {
        guard at < text.count, text[at] == UInt8(ascii: "[") || text[at] == UInt8(ascii: "(") else { return nil }
        let opening = text[at]
        at += 1
        let lower = value { $0 == UInt8(ascii: ",") }
        at += 1
        let upper = value { $0 == UInt8(ascii: "]") || $0 == UInt8(ascii: ")") }
        let closing = at < text.count ? text[at] : UInt8(ascii: ")")
        at += 1
        return Range(
            lower: lower.isQuoted || !lower.bytes.isEmpty ? lower.bytes : nil,
            upper: upper.isQuoted || !upper.bytes.isEmpty ? upper.bytes : nil,
            bounds: String(decoding: [opening, closing], as: UTF8.self))
    }

    /// The text of the next range of several, `[1,3),[5,8)`.
    mutating func nextRangeText() -> UnsafeBufferPointer<UInt8>? {
        if at < text.count, text[at] == UInt8(ascii: ",") { at += 1 }
        let start = at
        guard nextRange() != nil else { return nil }
        return UnsafeBufferPointer(rebasing: text[start..<min(at, text.count)])
    }
}
