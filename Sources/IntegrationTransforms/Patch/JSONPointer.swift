/// A JSON Pointer, taken apart (RFC 6901).
struct JSONPointer: Sendable {
    /// One reference token.
    struct Token: Sendable, Hashable {
        let text: String
        let bytes: [UInt8]
        /// As an index of an array (RFC 6901, 4): digits without leading zeros.
        let index: Int?

        init(_ text: String) {
            self.text = text
            bytes = Array(text.utf8)
            let isIndex = !bytes.isEmpty && bytes.count < 10 && bytes.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
            index = isIndex && (bytes.count == 1 || bytes[0] != 0x30) ? Int(text) : nil
        }

        /// Whether it means the place behind an array's last element (RFC 6901, 4).
        var isEnd: Bool { text == "-" }
    }

    let tokens: [Token]

    init(_ tokens: [Token]) { self.tokens = tokens }

    /// - Returns: nil where `text` is no pointer; `mistake(in:)` says why.
    init?(_ text: String) {
        guard Self.mistake(in: text) == nil else { return nil }
        tokens = JSONPointerText.tokens(of: text).map { Token($0) }
    }

    /// What `text` lacks to be a pointer; nil where it is one.
    static func mistake(in text: String) -> String? {
        if !JSONPointerText.isPointer(text) { return "must begin with `/`, such as `/customer/id`" }
        let bytes = Array(text.utf8)
        for at in bytes.indices where bytes[at] == UInt8(ascii: "~") {
            let next = at + 1 < bytes.count ? bytes[at + 1] : 0
            if next != UInt8(ascii: "0"), next != UInt8(ascii: "1") {
                return "has a `~` that is neither `~0` (a tilde) nor `~1` (a slash)"
            }
        }
        return nil
    }

    /// Whether `other` is a place inside of this one.
    func contains(_ other: JSONPointer) -> Bool {
        other.tokens.count > tokens.count && other.tokens.starts(with: tokens)
    }

    var text: String { Self.text(of: tokens) }

    static func text(of tokens: some Sequence<Token>) -> String {
        tokens.map { "/" + JSONPointerText.escaped($0.text) }.joined()
    }
}
