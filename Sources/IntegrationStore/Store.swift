public import IntegrationCore

/// Where queues, positions, dead letters, state and events are kept.
///
/// Every mutation is one transaction. A store that can't write (`storageFull`, `storageFailed`) refuses what it is given
/// and goes on by itself as soon as it can.
public protocol Store: StoreReader {
    /// Sets what a queue may hold, and makes it known where it was not. Queues that nobody declared have no limits.
    func declare(_ queue: QueueName, _ settings: QueueSettings) async throws(IntegrationError)

    /// Makes a change durable; many callers at once are committed as a group.
    ///
    /// - Throws: `leaseLost`, `stateConflict` or `queueFull` (its component is the queue) where the change was refused,
    ///   `storageFull` or `storageFailed` where nothing could be written, `storeClosed`. Nothing of the change has then
    ///   happened.
    @discardableResult
    func commit(_ change: StoreChange) async throws(IntegrationError) -> StoreReceipt

    /// Leases messages that are ready: those put back and those that became due first, then by sequence.
    ///
    /// - Parameters:
    ///   - count: at most so many.
    ///   - bytes: at most so many of bodies and metadata; one message comes whatever its size.
    ///   - duration: how long the lease lasts unless it is extended; monotonic time.
    /// - Returns: nil where nothing is ready.
    func claim(
        from queue: QueueName, count: Int, bytes: Int, for duration: Duration
    ) async throws(IntegrationError) -> Claim?

    /// Lets a lease last `duration` from now.
    ///
    /// - Throws: `leaseLost`.
    func extend(_ lease: Lease, for duration: Duration) async throws(IntegrationError)

    /// Returns as soon as a claim may find something: enqueued, put back, due, or left by an expired lease.
    ///
    /// - Throws: `storeClosed`; also when the task is cancelled.
    func waitForMessages(in queue: QueueName) async throws(IntegrationError)

    /// Returns as soon as the queue is below its limits.
    ///
    /// - Throws: `storeClosed`; also when the task is cancelled.
    func waitForRoom(in queue: QueueName) async throws(IntegrationError)

    /// Removes every message of a queue that nobody holds.
    ///
    /// - Returns: how many there were.
    func purge(_ queue: QueueName) async throws(IntegrationError) -> Int

    /// Removes what is past its retention or expired, in pieces that let commits through.
    ///
    /// - Parameter now: wall time since 1970.
    func prune(now: Duration) async throws(IntegrationError) -> PruneReport

    /// Replaces the body that came in; a replay then makes the bytes for a failed branch again.
    ///
    /// - Throws: `deadLetterUnknown`.
    func replaceBody(ofDeadLetter id: MessageID, with body: [UInt8]) async throws(IntegrationError)

    /// Removes dead letters; ids that are not there are passed over.
    ///
    /// - Returns: how many were there.
    func removeDeadLetters(_ ids: [MessageID]) async throws(IntegrationError) -> Int

    /// Sends dead letters back in one transaction: to the queue that they came from, else parked for their flow; where
    /// a branch failed, to this branch alone. Doing it again changes nothing.
    ///
    /// - Throws: `queueFull`; nothing has then happened.
    func replay(_ ids: [MessageID]) async throws(IntegrationError) -> ReplayReport
}
