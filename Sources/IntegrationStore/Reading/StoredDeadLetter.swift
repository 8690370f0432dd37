public import IntegrationCore

/// A dead letter and the id that it was given; lists leave its bodies out.
public struct StoredDeadLetter: Sendable {
    /// Its own id, by which it is shown, edited, replayed and removed; ids rise in the order of recording.
    public let id: MessageID
    public let letter: DeadLetterRecord
    /// Bytes of the body that came in.
    public let size: Int
    /// Whether the body was replaced by hand.
    public let isEdited: Bool

    public init(id: MessageID, letter: DeadLetterRecord, size: Int, isEdited: Bool) {
        self.id = id
        self.letter = letter
        self.size = size
        self.isEdited = isEdited
    }
}
