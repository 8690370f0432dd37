public import IntegrationDocument

/// A message in a batch: who it is, and where its body stands in the batch's arena.
///
/// A plain value of a few words; nothing in it is counted or freed. It means nothing without its batch.
public struct Message: @unchecked Sendable {
    // Proof of Sendable: the pointers lead into the arena of the batch that holds the message, and go where it goes.

    /// The same for every copy of this message.
    public let id: MessageID
    /// The slot of the delivery that this message came in; kept through split, filter and reorder.
    public private(set) var origin: Int
    /// The bytes that came in.
    public let original: Slice
    /// The body's bytes, where it has not been changed since it was parsed; nil for a document that a step made.
    public private(set) var bytes: Slice?
    /// The body as a document, where it has been parsed or made.
    public private(set) var document: UnsafePointer<Word>?
    /// Headers and what else the source knows: an object, or nil.
    public var metadata: UnsafePointer<Word>?
    /// Tries that ended with an error before this one.
    public var attempts: Int32
    /// How often a source handed it over, this time included.
    public var receiveCount: Int32
    /// The destination that a route step chose: an index into the flow's destinations; -1 before.
    public var route: Int32 = -1
    /// The source that it came from: an index into `FlowContext.sources`; -1 where that is not known.
    public var source: Int32 = -1

    public init(
        id: MessageID, origin: Int, body: Slice, metadata: UnsafePointer<Word>? = nil, attempts: Int32 = 0,
        receiveCount: Int32 = 1
    ) {
        self.id = id
        self.origin = origin
        original = body
        bytes = body
        self.metadata = metadata
        self.attempts = attempts
        self.receiveCount = receiveCount
    }

    /// The same message in another slot, of another delivery.
    public func moved(to origin: Int) -> Message {
        var moved = self
        moved.origin = origin
        return moved
    }

    /// Makes `document` the body.
    public mutating func replaceBody(with document: UnsafePointer<Word>) {
        self.document = document
        bytes = nil
    }

    /// Makes `bytes` the body.
    public mutating func replaceBody(with bytes: Slice) {
        self.bytes = bytes
        document = nil
    }

    /// Notes that the body's bytes are the text of `document`.
    public mutating func setParsed(_ document: UnsafePointer<Word>) { self.document = document }

    /// The body as a document, parsed at the first call.
    ///
    /// - Throws: `messageNotJSON` with line and column.
    @inlinable @inline(__always)
    public mutating func parsed(in arena: Arena) throws(IntegrationError) -> View {
        if let document { return arena.view(document) }
        return try parse(in: arena, policy: .strict)
    }

    /// Parses the body's bytes.
    public mutating func parse(in arena: Arena, policy: ParsePolicy) throws(IntegrationError) -> View {
        let parsed: UnsafePointer<Word>
        do {
            parsed = try arena.parse(bytes ?? .empty, policy: policy)
        } catch {
            throw IntegrationError(
                .messageNotJSON, error.reason.rawValue + (error.detail.isEmpty ? "" : " (\(error.detail))"),
                path: "line \(error.line), column \(error.column), byte \(error.offset)")
        }
        document = parsed
        return arena.view(parsed)
    }

    /// Appends the body as it would leave: unchanged bytes as they came in, a document as minimal JSON.
    public func writeBody(in arena: Arena, to out: inout OutputBuffer) {
        if let bytes {
            out.append(arena.bytes(bytes))
        } else if let document {
            out.append(arena.view(document))
        }
    }
}
