internal import IntegrationDocument

/// A projection: an object made of each value that a path selects. Not part of RFC 9535.
///
/// ```
/// $.orderItems[*].{id: productId, quantity: quantity, 'unit price': price.net, currency: 'EUR', lines: lines[*].{sku: sku}}
/// ```
/// It stands at the end of a path, behind `.{`. A key is a name or quoted. A value is one of:
/// - a path from the selected value, which needs no `@.` before it (`price.net`, `tags[0]`, `['unit price']`, `@.a`);
///   it may end in a projection itself;
/// - a path from the document, with `$`;
/// - a literal: a quoted text, a number, `true`, `false` or `null` (a member of such a name is written `['null']`);
/// - an object `{…}` of the same form, over the same value.
///
/// White space, line ends included, may stand between the parts. A singular path gives a value, any other an array; what
/// is missing is left out.
indirect enum Projection {
    case literal(Kind, [UInt8])
    /// A query of the program, what was written, and the projection behind it.
    case path(query: Int, text: String, projection: Projection?)
    case object([(key: String, value: Projection)])
}

/// A path that may end in a projection.
struct PathExpression {
    let text: String
    let program: PathProgram
    let queries: [PathQuery]
    let segments: [PathSegment]
    let selectors: [PathSelector]
    /// The path is query 0.
    let projection: Projection?
    private let texts: [UInt8]

    init(_ text: String) throws(JSONPathError) {
        var parser = PathParser(text)
        projection = try parser.expression()
        self.text = text
        program = PathProgram(parser.draft)
        queries = parser.draft.queries
        segments = parser.draft.segments
        selectors = parser.draft.selectors
        texts = parser.draft.texts
    }

    /// Whether a row of segments is `[*]` alone.
    func isAllChildren(from first: Int, to end: Int) -> Bool {
        guard end == first + 1, !segments[first].isDescendant, segments[first].end == segments[first].first + 1,
            case .wildcard = selectors[Int(segments[first].first)]
        else { return false }
        return true
    }

    /// The name that a query begins with, where it begins with a single one.
    func firstName(of query: PathQuery) -> String? {
        guard query.first < query.end else { return nil }
        let segment = segments[Int(query.first)]
        guard !segment.isDescendant, segment.end == segment.first + 1,
            case .name(let name) = selectors[Int(segment.first)]
        else { return nil }
        return text(of: name)
    }

    /// The characters of a name.
    func text(of name: PathName) -> String {
        String(decoding: texts[Int(name.offset)..<Int(name.offset + name.length)], as: UTF8.self)
    }
}

extension PathParser {
    /// A path that begins with `$` and may end in a projection.
    mutating func expression() throws(JSONPathError) -> Projection? {
        try checkLength()
        guard accept(UInt8(ascii: "$")) else { throw expected("`$` at the beginning") }
        _ = draft.add(PathQuery(isAbsolute: true, first: 0, end: 0, isSingular: true))
        draft.queries[0] = try query(isAbsolute: true)
        let projection = try projectionBehindPath()
        guard at == text.count else {
            throw expected(projection == nil ? "`.`, `[` or the end of the path" : "the end behind the projection")
        }
        return projection
    }

    private mutating func projectionBehindPath() throws(JSONPathError) -> Projection? {
        let start = at
        skipBlanks()
        guard accept(".{") else {
            at = start
            return nil
        }
        at -= 1
        return try nested { (parser) throws(JSONPathError) in try parser.projectedObject() }
    }

    private mutating func projectedObject() throws(JSONPathError) -> Projection {
        at += 1
        var members: [(key: String, value: Projection)] = []
        skipBlanks()
        if accept(UInt8(ascii: "}")) { return .object(members) }
        repeat {
            skipBlanks()
            let start = at
            let key = String(decoding: try projectedKey(), as: UTF8.self)
            guard !members.contains(where: { $0.key.utf8.elementsEqual(key.utf8) }) else {
                throw error("the key `\(key)` stands twice in the projection", at: start)
            }
            skipBlanks()
            guard accept(UInt8(ascii: ":")) else { throw expected("`:` behind the key") }
            skipBlanks()
            members.append((key, try projectedValue()))
            skipBlanks()
        } while accept(UInt8(ascii: ","))
        guard accept(UInt8(ascii: "}")) else { throw expected("`,` or `}`") }
        return .object(members)
    }

    private mutating func projectedKey() throws(JSONPathError) -> [UInt8] {
        if peek == UInt8(ascii: "'") || peek == UInt8(ascii: "\"") { return try string() }
        guard let name = shorthand() else { throw expected("a key") }
        return name
    }

    private mutating func projectedValue() throws(JSONPathError) -> Projection {
        if peek == UInt8(ascii: "{") {
            return try nested { (parser) throws(JSONPathError) in try parser.projectedObject() }
        }
        if let literal = try literal() {
            let word = draft.literals[Int(literal)]
            return .literal(word.kind, Array(draft.texts[word.offset..<(word.offset + word.length)]))
        }
        let start = at
        let query: PathQuery
        if accept(UInt8(ascii: "$")) {
            query = try self.query(isAbsolute: true)
        } else if accept(UInt8(ascii: "@")) {
            query = try self.query(isAbsolute: false)
        } else if peek == UInt8(ascii: "[") || shorthandBegins {
            query = try bareQuery(isAbsolute: false)
        } else {
            throw expected("a path, a literal or `{`")
        }
        let written = String(decoding: text[start..<at], as: UTF8.self)
        let index = Int(draft.add(query))
        return .path(query: index, text: written, projection: try projectionBehindPath())
    }

    private var shorthandBegins: Bool { peek.map(Self.isNameStart) ?? false }
}
