/// What a request asks for: its path, decoded segment by segment, and its query.
struct RequestTarget: Sendable {
    /// As it came, without the query.
    let path: String
    let segments: [String]
    /// As it came, without `?`; nil where there is none.
    let query: String?

    /// Nil where it is not of the form `/path?query` (RFC 9112, 3.2.1) or its percent-encoding is broken; neither may
    /// a decoded segment hold a control character, or be one that leads elsewhere (`.`, `..`).
    init?(_ target: String) {
        guard target.utf8.first == UInt8(ascii: "/") else { return nil }
        let bytes = target.utf8
        guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") && $0 != UInt8(ascii: "\\") }) else {
            return nil
        }
        if let mark = bytes.firstIndex(of: UInt8(ascii: "?")) {
            path = String(target[..<mark])
            query = String(target[bytes.index(after: mark)...])
        } else {
            path = target
            query = nil
        }
        var segments: [String] = []
        for part in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let segment = Self.segment(part) else { return nil }
            segments.append(segment)
        }
        self.segments = segments
    }

    /// A segment of a path, decoded; nil where it may not stand there.
    static func segment(_ text: Substring) -> String? {
        guard let segment = decode(text, plusIsBlank: false), segment != ".", segment != "..",
            segment.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { return nil }
        return segment
    }

    /// The parameters of the query, in order (`application/x-www-form-urlencoded`); what can't be decoded stays as it is.
    var parameters: [(name: String, value: String)] {
        guard let query, !query.isEmpty else { return [] }
        return query.split(separator: "&").map { part in
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            func text(_ part: Substring) -> String { Self.decode(part, plusIsBlank: true) ?? String(part) }
            return (text(pair[0]), pair.count == 2 ? text(pair[1]) : "")
        }
    }

    /// The text behind percent-encoding; nil where that is broken or no UTF-8 comes of it.
    static func decode(_ text: Substring, plusIsBlank: Bool) -> String? {
        let needsDecoding = text.utf8.contains { $0 == UInt8(ascii: "%") || plusIsBlank && $0 == UInt8(ascii: "+") }
        guard needsDecoding else { return String(text) }
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+"), plusIsBlank {
                bytes.append(0x20)
            } else if byte == UInt8(ascii: "%") {
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            } else {
                bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
