/// A format of message bodies: how a stream of bytes falls into records, and how a record becomes a document.
public protocol Codec: Sendable {
    /// As in `format: NAME`.
    var name: String { get }
    /// How records are found in a stream.
    var framing: Framing { get }
    /// Whether the first record of a stream names the columns of the others. It then travels in the metadata of each
    /// message, as the text `header`.
    var hasHeader: Bool { get }
    /// Turns the bytes of messages into documents; nil where bodies stay bytes until a step needs them.
    var decoder: (any Step)? { get }
}

/// How records are told apart in a stream of bytes.
public enum Framing: Sendable, Hashable {
    /// A record ends at a line feed; a carriage return before it is not part of it. Empty lines are no records.
    case lines
    /// Like lines, but a line feed between two of these quotes does not end the record.
    case quotedLines(quote: UInt8)
}
