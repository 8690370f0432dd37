/// Texts with expressions in them, such as `Order {{ id }} of {{ $now() }}`.
enum TemplateText {
    enum Piece: Equatable {
        case literal(String)
        /// What stands between the braces.
        case expression(String)
    }

    struct Unclosed: Error, CustomStringConvertible {
        var description: String { "`{{` is never closed by `}}`" }
    }

    /// Splits a text. Inside an expression, braces come in pairs and quoted texts are passed over, so that
    /// `{{ {"a": {"b": "}}"}} }}` is one expression.
    static func split(_ text: String) throws(Unclosed) -> [Piece] {
        let bytes = Array(text.utf8)
        var pieces: [Piece] = []
        var at = 0
        var start = 0
        func part(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        while at < bytes.count {
            guard at + 1 < bytes.count, bytes[at] == UInt8(ascii: "{"), bytes[at + 1] == UInt8(ascii: "{") else {
                at += 1
                continue
            }
            if at > start { pieces.append(.literal(part(start..<at))) }
            guard let end = end(of: bytes, from: at + 2) else { throw Unclosed() }
            pieces.append(.expression(part((at + 2)..<end)))
            at = end + 2
            start = at
        }
        if at > start { pieces.append(.literal(part(start..<at))) }
        return pieces
    }

    /// Offset of the `}}` that closes an expression.
    private static func end(of bytes: [UInt8], from start: Int) -> Int? {
        var depth = 0
        var quote: UInt8?
        var at = start
        while at < bytes.count {
            let byte = bytes[at]
            if let open = quote {
                if byte == UInt8(ascii: "\\") { at += 1 } else if byte == open { quote = nil }
            } else {
                switch byte {
                case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"): quote = byte
                case UInt8(ascii: "{"): depth += 1
                case UInt8(ascii: "}") where depth > 0: depth -= 1
                case UInt8(ascii: "}"): return at + 1 < bytes.count && bytes[at + 1] == byte ? at : nil
                default: break
                }
            }
            at += 1
        }
        return nil
    }
}
