/// Tokens of JSON Pointers (RFC 6901, 3). What counts are code points: a slash stays one before a combining mark.
enum JSONPointerText {
    static func escaped(_ token: String) -> String {
        guard token.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return token }
        var text = ""
        for character in token.unicodeScalars {
            switch character {
            case "~": text += "~0"
            case "/": text += "~1"
            default: text.unicodeScalars.append(character)
            }
        }
        return text
    }

    static func unescaped(_ token: Substring) -> String {
        guard token.utf8.contains(UInt8(ascii: "~")) else { return String(token) }
        var text = ""
        var rest = token.unicodeScalars.makeIterator()
        while let scalar = rest.next() {
            guard scalar == "~" else {
                text.unicodeScalars.append(scalar)
                continue
            }
            text += rest.next() == "1" ? "/" : "~"
        }
        return text
    }

    static func isPointer(_ text: String) -> Bool { text.isEmpty || text.utf8.first == UInt8(ascii: "/") }

    /// The tokens of a pointer, unescaped.
    static func tokens(of pointer: String) -> [String] {
        pointer.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
            .map { unescaped(Substring($0)) }
    }
}
