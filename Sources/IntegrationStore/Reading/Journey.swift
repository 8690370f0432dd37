/// All that a store knows about one message.
public struct Journey: Sendable {
    /// Oldest first.
    public let events: [StoredEvent]
    /// Without bodies, oldest first.
    public let deadLetters: [StoredDeadLetter]
    /// Destinations that accepted it while it is not settled.
    public let delivered: [LedgerEntry]

    public init(events: [StoredEvent], deadLetters: [StoredDeadLetter], delivered: [LedgerEntry]) {
        self.events = events
        self.deadLetters = deadLetters
        self.delivered = delivered
    }
}
