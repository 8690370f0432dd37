/// A document with its own memory: for configuration, tests and code off the hot path.
///
/// ```swift
/// let order = try Document(#"{"id": 7, "items": ["a"]}"#)
/// order.root["items"]?[0]?.string   // "a"
/// ```
public struct Document: Sendable {
    private let arena: Arena
    // Proof: points into `arena`, which is never written again.
    private nonisolated(unsafe) let pointer: UnsafePointer<Word>

    /// Parses `text`.
    ///
    /// - Throws: what is wrong with the text, and where.
    public init(_ text: some Sequence<UInt8>, policy: ParsePolicy = .strict) throws(ParseError) {
        let block = ByteBlock(Array(text))
        arena = Arena()
        arena.attach(block, as: Arena.sourceBase)
        pointer = try arena.parse(Slice(base: Arena.sourceBase, offset: 0, length: block.count), policy: policy)
    }

    /// Parses `text` in an arena that somebody keeps for that, and copies the document into as little memory as it needs:
    /// for many small ones.
    ///
    /// - Parameter arena: an empty one; it is written to.
    /// - Throws: what is wrong with the text, and where.
    public init(
        _ text: ByteBlock, parsedIn arena: Arena, policy: ParsePolicy = .strict
    ) throws(ParseError) {
        arena.attach(text, as: Arena.sourceBase)
        let parsed = try arena.parse(Slice(base: Arena.sourceBase, offset: 0, length: text.count), policy: policy)
        self.init(compacting: arena.view(parsed))
    }

    public init(_ text: String, policy: ParsePolicy = .strict) throws(ParseError) {
        try self.init(text.utf8, policy: policy)
    }

    /// Builds a document: `body` makes one value.
    public init(building body: (inout Builder) -> Void) {
        arena = Arena()
        var builder = Builder(arena)
        body(&builder)
        pointer = builder.finish()
    }

    /// A copy of `view` with memory of its own.
    public init(copying view: View) {
        self.init { $0.copy(foreign: view) }
    }

    /// A copy of `view` in as little memory as it needs, to be kept for long.
    public init(compacting view: View) {
        let extent = view.word.extent
        var bytes = 0
        for step in 0..<extent where view.pointer[step].hasText { bytes += view.pointer[step].length }
        arena = Arena(words: extent, scratch: bytes)
        var builder = Builder(arena, capacity: extent)
        builder.copy(foreign: view)
        pointer = builder.finish()
    }

    /// Bytes of memory that the document takes, about.
    public var footprint: Int { arena.footprint + 512 }

    /// Calls `body` with a view of the whole document, which is valid during the call.
    public func withRoot<R, E: Error>(_ body: (View) throws(E) -> R) throws(E) -> R {
        try withExtendedLifetime(arena) { () throws(E) -> R in try body(arena.view(pointer)) }
    }

    /// The document as minimal JSON.
    public var json: String {
        withRoot { view in
            var out = OutputBuffer()
            out.append(view)
            return out.withBytes { String(decoding: $0, as: UTF8.self) }
        }
    }
}

extension Document: Equatable {
    /// Equality of values (RFC 8259): numbers by their value, objects without order of members.
    public static func == (left: Document, right: Document) -> Bool {
        left.withRoot { left in right.withRoot { left.isEqual(to: $0) } }
    }
}
