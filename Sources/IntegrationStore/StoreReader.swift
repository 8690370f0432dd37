public import IntegrationCore

/// What anybody may ask a store. Answers show what was committed; they never hold up a commit.
///
/// - Throws: every call `storageFailed` or `storeDamaged` where the store can't be read.
public protocol StoreReader: Sendable {
    /// Every queue, by name.
    func queues() async throws(IntegrationError) -> [QueueSummary]

    /// Messages of a queue in order, without leasing them.
    func peek(_ queue: QueueName, offset: Int, limit: Int) async throws(IntegrationError) -> [QueuedMessage]

    /// Dead letters without their bodies, newest first.
    ///
    /// - Parameter before: only those recorded before this one, for the next page.
    func deadLetters(
        _ filter: DeadLetterFilter, before: MessageID?, limit: Int
    ) async throws(IntegrationError) -> [StoredDeadLetter]

    /// One dead letter whole.
    ///
    /// - Parameter id: its id or the id of its message, or the beginning of one of them.
    /// - Throws: `deadLetterUnknown`, or `idAmbiguous` where it means more than one.
    func deadLetter(_ id: String) async throws(IntegrationError) -> StoredDeadLetter

    /// Dead letters by reason, the most frequent first.
    func deadLetterGroups(_ filter: DeadLetterFilter) async throws(IntegrationError) -> [DeadLetterGroup]

    /// Events, newest first.
    ///
    /// - Parameter before: only those recorded before this number, for the next page.
    func events(_ filter: EventFilter, before: UInt64?, limit: Int) async throws(IntegrationError) -> [StoredEvent]

    /// All that is known about one message.
    func journey(of message: MessageID) async throws(IntegrationError) -> Journey

    /// The streams of a source and what of them is done.
    func positions(of source: String) async throws(IntegrationError) -> [StreamPosition]

    /// Which destinations of a flow have accepted which of these messages.
    func delivered(flow: String, ids: [MessageID]) async throws(IntegrationError) -> [LedgerEntry]

    /// The value of a key; nil where it is absent or expired.
    func state(_ namespace: String, _ key: [UInt8]) async throws(IntegrationError) -> StateValue?
}
