internal import IntegrationDocument
internal import IntegrationPatterns

// A compiled path: flat tables of plain values that refer to each other by index.

/// A query: a row of segments, from the root or from the current node of a filter.
struct PathQuery {
    var isAbsolute: Bool
    /// First segment and the one behind the last.
    var first: Int32
    var end: Int32
    /// Selects at most one value: only single names and indexes (RFC 9535, 2.3.5.1).
    var isSingular: Bool
}

struct PathSegment {
    var isDescendant: Bool
    /// First selector and the one behind the last.
    var first: Int32
    var end: Int32
}

enum PathSelector {
    case name(PathName)
    case wildcard
    case index(Int)
    case slice(PathSlice)
    /// Index of an expression.
    case filter(Int32)
}

/// A member name: its place in the program's texts and its first eight bytes.
struct PathName {
    var offset: Int32
    var length: Int32
    var head: UInt64
}

struct PathSlice {
    var start: Int?
    var end: Int?
    var step: Int
}

/// A test of a filter (RFC 9535, 2.3.5).
enum PathTest {
    case either(Int32, Int32)
    case both(Int32, Int32)
    case not(Int32)
    /// Whether a query selects anything.
    case exists(query: Int32)
    case compare(PathComparison, Int32, Int32)
    /// `match` or `search` with a pattern known beforehand; -1 for one that is no I-Regexp.
    case pattern(text: Int32, pattern: Int32)
    /// `match` or `search` with a pattern that the document holds.
    case dynamicPattern(text: Int32, pattern: Int32, whole: Bool)
}

enum PathComparison {
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
}

/// Something that a comparison or a function takes (a ValueType of RFC 9535, 2.4.1).
enum PathOperand {
    /// Index of a literal word.
    case literal(Int32)
    case singular(query: Int32)
    case length(Int32)
    case count(query: Int32)
    case value(query: Int32)
}

/// The tables of a compiled path. Pointers into memory that `PathProgram` owns.
struct PathTables {
    let queries: UnsafeMutablePointer<PathQuery>
    let segments: UnsafeMutablePointer<PathSegment>
    let selectors: UnsafeMutablePointer<PathSelector>
    let tests: UnsafeMutablePointer<PathTest>
    let operands: UnsafeMutablePointer<PathOperand>
    let literals: UnsafeMutablePointer<Word>
    /// One entry: the program's texts, which the literal words refer to.
    let bases: UnsafeMutablePointer<UnsafePointer<UInt8>>
    let patterns: UnsafeMutablePointer<Pattern>
}

/// A path while it is being read.
struct PathDraft {
    var queries: [PathQuery] = []
    var segments: [PathSegment] = []
    var selectors: [PathSelector] = []
    var tests: [PathTest] = []
    var operands: [PathOperand] = []
    var literals: [Word] = []
    var texts: [UInt8] = []
    var patterns: [Pattern] = []

    mutating func add(_ query: PathQuery) -> Int32 { Self.add(query, to: &queries) }
    mutating func add(_ test: PathTest) -> Int32 { Self.add(test, to: &tests) }
    mutating func add(_ operand: PathOperand) -> Int32 { Self.add(operand, to: &operands) }
    mutating func add(_ pattern: Pattern) -> Int32 { Self.add(pattern, to: &patterns) }

    mutating func add(literal kind: Kind, _ text: [UInt8]) -> Int32 {
        let word = Word(kind, base: 0, offset: texts.count, length: text.count)
        texts += text
        return Self.add(word, to: &literals)
    }

    mutating func name(_ text: [UInt8]) -> PathName {
        var head: UInt64 = 0
        for (index, byte) in text.prefix(8).enumerated() { head |= UInt64(byte) << UInt64(8 * index) }
        let name = PathName(offset: Int32(texts.count), length: Int32(text.count), head: head)
        texts += text
        return name
    }

    private static func add<Element>(_ element: Element, to list: inout [Element]) -> Int32 {
        list.append(element)
        return Int32(list.count - 1)
    }
}

/// A compiled path and its memory.
final class PathProgram: @unchecked Sendable {
    // Proof of Sendable: the memory is written only in `init`.
    let tables: PathTables
    private let texts: ByteBlock
    private let patternCount: Int

    init(_ draft: PathDraft) {
        texts = ByteBlock(draft.texts)
        patternCount = draft.patterns.count
        tables = PathTables(
            queries: .table(draft.queries), segments: .table(draft.segments), selectors: .table(draft.selectors),
            tests: .table(draft.tests), operands: .table(draft.operands), literals: .table(draft.literals),
            bases: .table([texts.start]), patterns: .table(draft.patterns))
    }

    deinit {
        tables.queries.deallocate()
        tables.segments.deallocate()
        tables.selectors.deallocate()
        tables.tests.deallocate()
        tables.operands.deallocate()
        tables.literals.deallocate()
        tables.bases.deallocate()
        tables.patterns.deinitialize(count: patternCount)
        tables.patterns.deallocate()
    }
}
