internal import IntegrationDocument
internal import IntegrationPatterns

/// Reads paths (RFC 9535, 2.1 and appendix A) into a draft.
struct PathParser {
    let text: [UInt8]
    let source: String
    var at = 0
    var draft = PathDraft()
    private var nesting = 0

    private static let longestPath = 65535
    private static let mostSegments = 512
    private static let mostNesting = 64

    init(_ source: String) {
        self.source = source
        text = Array(source.utf8)
    }

    // MARK: Bytes

    var peek: UInt8? { at < text.count ? text[at] : nil }

    func error(_ message: String, at offset: Int? = nil) -> JSONPathError {
        JSONPathError(message, at: offset ?? at, in: source)
    }

    /// An error that also says what stands there.
    func expected(_ what: String) -> JSONPathError {
        guard at < text.count else { return error("expected \(what), but the path ends") }
        let rest = String(decoding: text[at...].prefix(8), as: UTF8.self)
        return error("expected \(what), found `\(rest.first.map(String.init) ?? "")`")
    }

    mutating func accept(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        at += 1
        return true
    }

    mutating func accept(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard text.count - at >= count else { return false }
        for index in 0..<count where text[at + index] != word.utf8Start[index] { return false }
        at += count
        return true
    }

    mutating func skipBlanks() {
        while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { at += 1 }
    }

    mutating func nested<R>(_ body: (inout PathParser) throws(JSONPathError) -> R) throws(JSONPathError) -> R {
        guard nesting < Self.mostNesting else { throw error("parentheses and filters are nested too deeply") }
        nesting += 1
        let result = try body(&self)
        nesting -= 1
        return result
    }

    func checkLength() throws(JSONPathError) {
        guard text.count <= Self.longestPath else { throw error("a path has at most 65,535 bytes", at: 0) }
    }

    // MARK: Queries

    /// A whole path that begins with `$`. The first query of the draft is the path itself.
    mutating func path() throws(JSONPathError) {
        try checkLength()
        guard accept(UInt8(ascii: "$")) else { throw expected("`$` at the beginning") }
        _ = draft.add(PathQuery(isAbsolute: true, first: 0, end: 0, isSingular: true))
        draft.queries[0] = try query(isAbsolute: true)
        guard at == text.count else { throw expected("`.`, `[` or the end of the path") }
    }

    /// A whole path whose `$.` was left out, such as `customer.id`.
    mutating func barePath() throws(JSONPathError) {
        try checkLength()
        _ = draft.add(PathQuery(isAbsolute: true, first: 0, end: 0, isSingular: true))
        draft.queries[0] = try bareQuery(isAbsolute: true)
        guard at == text.count else { throw expected("`.`, `[` or the end of the path") }
    }

    /// A query that begins with a name or a bracket.
    mutating func bareQuery(isAbsolute: Bool) throws(JSONPathError) -> PathQuery {
        var first: [PathSegment] = []
        if peek != UInt8(ascii: "[") {
            guard let name = shorthand() else { throw expected("a name") }
            first.append(segment([.name(draft.name(name))], isDescendant: false))
        }
        return try query(isAbsolute: isAbsolute, after: first)
    }

    /// The segments behind `$` or `@`.
    mutating func query(isAbsolute: Bool, after first: [PathSegment] = []) throws(JSONPathError) -> PathQuery {
        var segments = first
        while true {
            let start = at
            skipBlanks()
            guard try readSegment(into: &segments) else {
                at = start
                break
            }
            guard segments.count + draft.segments.count <= Self.mostSegments else {
                throw error("a path has at most \(Self.mostSegments) segments")
            }
        }
        let isSingular = segments.allSatisfy { segment in
            guard !segment.isDescendant, segment.end == segment.first + 1 else { return false }
            switch draft.selectors[Int(segment.first)] {
            case .name, .index: return true
            default: return false
            }
        }
        let place = Int32(draft.segments.count)
        draft.segments += segments
        return PathQuery(
            isAbsolute: isAbsolute, first: place, end: Int32(draft.segments.count), isSingular: isSingular)
    }

    private mutating func segment(_ selectors: [PathSelector], isDescendant: Bool) -> PathSegment {
        let first = Int32(draft.selectors.count)
        draft.selectors += selectors
        return PathSegment(isDescendant: isDescendant, first: first, end: Int32(draft.selectors.count))
    }

    /// Reads one segment; false where none begins here.
    private mutating func readSegment(into segments: inout [PathSegment]) throws(JSONPathError) -> Bool {
        switch peek {
        case UInt8(ascii: "["):
            let selectors = try brackets()
            segments.append(segment(selectors, isDescendant: false))
        case UInt8(ascii: "."):
            // A projection is not part of the query.
            if at + 1 < text.count, text[at + 1] == UInt8(ascii: "{") { return false }
            at += 1
            let isDescendant = accept(UInt8(ascii: "."))
            if isDescendant, peek == UInt8(ascii: "[") {
                let selectors = try brackets()
                segments.append(segment(selectors, isDescendant: true))
            } else if accept(UInt8(ascii: "*")) {
                segments.append(segment([.wildcard], isDescendant: isDescendant))
            } else if let name = shorthand() {
                segments.append(segment([.name(draft.name(name))], isDescendant: isDescendant))
            } else {
                throw expected(isDescendant ? "a name, `*` or `[` after `..`" : "a name or `*` after `.`")
            }
        default: return false
        }
        return true
    }

    /// A name that needs no quotes (RFC 9535, 2.5.1.1); nil where none begins here.
    mutating func shorthand() -> [UInt8]? {
        guard let first = peek, Self.isNameStart(first) else { return nil }
        let start = at
        while let byte = peek, Self.isNameStart(byte) || Self.isDigit(byte) { at += 1 }
        return Array(text[start..<at])
    }

    static func isNameStart(_ byte: UInt8) -> Bool {
        byte >= 0x80 || byte == UInt8(ascii: "_")
            || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    // MARK: Selectors

    private mutating func brackets() throws(JSONPathError) -> [PathSelector] {
        at += 1
        var selectors: [PathSelector] = []
        repeat {
            skipBlanks()
            selectors.append(try selector())
            skipBlanks()
        } while accept(UInt8(ascii: ","))
        guard accept(UInt8(ascii: "]")) else { throw expected("`,` or `]`") }
        return selectors
    }

    private mutating func selector() throws(JSONPathError) -> PathSelector {
        switch peek {
        case UInt8(ascii: "*"):
            at += 1
            return .wildcard
        case UInt8(ascii: "'"), UInt8(ascii: "\""):
            let name = try string()
            return .name(draft.name(name))
        case UInt8(ascii: "?"):
            at += 1
            skipBlanks()
            return .filter(try nested { (parser) throws(JSONPathError) in try parser.disjunction() })
        default:
            return try indexOrSlice()
        }
    }

    private mutating func indexOrSlice() throws(JSONPathError) -> PathSelector {
        let start = try integer()
        let afterStart = at
        skipBlanks()
        guard accept(UInt8(ascii: ":")) else {
            at = afterStart
            guard let start else { throw expected("a quoted name, an index, a slice, `*` or `?`") }
            return .index(start)
        }
        var slice = PathSlice(start: start, end: nil, step: 1)
        skipBlanks()
        slice.end = try integer()
        skipBlanks()
        if accept(UInt8(ascii: ":")) {
            skipBlanks()
            slice.step = try integer() ?? 1
        }
        return .slice(slice)
    }

    /// An integer within ±(2^53 - 1) (RFC 9535, 2.1); nil where none begins here.
    private mutating func integer() throws(JSONPathError) -> Int? {
        let start = at
        let isNegative = accept(UInt8(ascii: "-"))
        let digits = at
        var value = 0
        while let byte = peek, Self.isDigit(byte) {
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
            guard value < 1 << 53 else { throw error("an index is at most 9007199254740991", at: start) }
            at += 1
        }
        if at == digits {
            guard !isNegative else { throw expected("a digit after `-`") }
            return nil
        }
        guard text[digits] != UInt8(ascii: "0") || (at == digits + 1 && !isNegative) else {
            throw error("an index has no leading zero and is never `-0`", at: start)
        }
        return isNegative ? -value : value
    }
}
