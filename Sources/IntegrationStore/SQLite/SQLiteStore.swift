public import IntegrationCore

/// A store in a folder of this machine, in one SQLite file with a write-ahead log.
///
/// One thread writes and commits what arrives meanwhile as one group; another one reads. One process owns the folder.
public struct SQLiteStore: Store {
    let writer: SQLiteWriter
    private let reader: SQLiteReader
    private let clock: any TimeSource

    /// Opens or makes the store in a folder for the length of `body`, with all that the last owner left in flight ready
    /// again, and closes it behind `body`, whatever becomes of it.
    ///
    /// - Throws: what `body` throws; `storeInUse`, `storeUnusable`, `storeDamaged`, `storeTooNew`, `storageFull` or
    ///   `storageFailed` where it can't be opened.
    public static func withStore<R>(
        in folder: String, settings: StoreSettings = StoreSettings(), clock: any TimeSource = SystemClock(),
        random: RandomSource = .system, _ body: (SQLiteStore) async throws -> R
    ) async throws -> R {
        let place = DataFolder(path: folder)
        let store = try SQLiteStore(
            writer: SQLiteWriter(place, settings, clock: clock, random: random),
            reader: SQLiteReader(place, clock: clock), clock: clock)
        do {
            try await store.writer.open()
            let result = try await body(store)
            await store.close()
            return result
        } catch {
            await store.close()
            throw error
        }
    }

    /// The connection that writes goes last, and moves the log into the file.
    private func close() async {
        await reader.close()
        await writer.close()
    }

    @discardableResult
    public func commit(_ change: StoreChange) async throws(IntegrationError) -> StoreReceipt {
        try await writer.commit(change)
    }

    public func declare(_ queue: QueueName, _ settings: QueueSettings) async throws(IntegrationError) {
        try await writer.declare(queue, settings)
    }

    public func claim(
        from queue: QueueName, count: Int, bytes: Int, for duration: Duration
    ) async throws(IntegrationError) -> Claim? {
        try await writer.claim(from: queue, count: count, bytes: bytes, for: duration)
    }

    public func extend(_ lease: Lease, for duration: Duration) async throws(IntegrationError) {
        try await writer.extend(lease, for: duration)
    }

    public func waitForMessages(in queue: QueueName) async throws(IntegrationError) {
        try await wait(at: queue, for: .messages)
    }

    public func waitForRoom(in queue: QueueName) async throws(IntegrationError) {
        try await wait(at: queue, for: .room)
    }

    private func wait(at queue: QueueName, for purpose: SQLiteWriter.Purpose) async throws(IntegrationError) {
        while true {
            guard !Task.isCancelled else {
                throw IntegrationError(.storeClosed, "waiting at queue `\(queue)` was cancelled")
            }
            let signal = ShutdownSignal()
            switch try await writer.readiness(of: queue, purpose, orElse: signal) {
            case .ready: return
            case .notBefore(nil): await signal.wait()
            case .notBefore(let deadline?): await wait(for: signal, until: deadline)
            }
            await writer.stopWaiting(at: queue, signal)
        }
    }

    /// Returns when the signal is given, the time has come or the task is cancelled.
    private func wait(for signal: ShutdownSignal, until deadline: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await signal.wait() }
            group.addTask { [clock] in
                // Cancelled: somebody else was first.
                do { try await clock.sleep(until: deadline) } catch {}
            }
            await group.next()
            group.cancelAll()
        }
    }

    public func purge(_ queue: QueueName) async throws(IntegrationError) -> Int {
        guard let end = try await writer.end(of: queue) else { return 0 }
        return try await removeOldest(of: queue, to: end, pastRetentionAt: nil)
    }

    public func prune(now: Duration) async throws(IntegrationError) -> PruneReport {
        var report = PruneReport()
        for queue in try await writer.queuesToPrune() {
            guard let end = try await writer.end(of: queue) else { continue }
            let removed = try await removeOldest(of: queue, to: end, pastRetentionAt: now)
            if removed > 0 { report.messages[queue] = removed }
        }
        var removed: Int
        repeat {
            removed = try await writer.pruneDeadLetters(now: now)
            report.deadLetters += removed
        } while removed > 0
        repeat {
            removed = try await writer.pruneEvents(now: now)
            report.events += removed
        } while removed > 0
        repeat {
            let piece = try await writer.pruneByTime(now: now)
            report.ledger += piece.ledger
            report.state += piece.state
            removed = piece.ledger + piece.state
        } while removed > 0
        return report
    }

    private func removeOldest(
        of queue: QueueName, to end: UInt64, pastRetentionAt now: Duration?
    ) async throws(IntegrationError) -> Int {
        var removed = 0
        var start: UInt64? = 0
        while let from = start {
            let piece = try await writer.removeOldest(of: queue, from: from, to: end, pastRetentionAt: now)
            removed += piece.removed
            start = piece.next
        }
        return removed
    }

    public func replaceBody(ofDeadLetter id: MessageID, with body: [UInt8]) async throws(IntegrationError) {
        try await writer.replaceBody(ofDeadLetter: id, with: body)
    }

    public func removeDeadLetters(_ ids: [MessageID]) async throws(IntegrationError) -> Int {
        try await writer.removeDeadLetters(ids)
    }

    public func replay(_ ids: [MessageID]) async throws(IntegrationError) -> ReplayReport {
        try await writer.replay(ids)
    }
}

/// What is read goes through the connection that only reads.
extension SQLiteStore {
    public func queues() async throws(IntegrationError) -> [QueueSummary] { try await reader.queues() }

    public func peek(_ queue: QueueName, offset: Int, limit: Int) async throws(IntegrationError) -> [QueuedMessage] {
        try await reader.peek(queue, offset: offset, limit: limit)
    }

    public func deadLetters(
        _ filter: DeadLetterFilter, before: MessageID?, limit: Int
    ) async throws(IntegrationError) -> [StoredDeadLetter] {
        try await reader.deadLetters(filter, before: before, limit: limit)
    }

    public func deadLetter(_ id: String) async throws(IntegrationError) -> StoredDeadLetter {
        try await reader.deadLetter(id)
    }

    public func deadLetterGroups(_ filter: DeadLetterFilter) async throws(IntegrationError) -> [DeadLetterGroup] {
        try await reader.deadLetterGroups(filter)
    }

    public func events(
        _ filter: EventFilter, before: UInt64?, limit: Int
    ) async throws(IntegrationError) -> [StoredEvent] {
        try await reader.events(filter, before: before, limit: limit)
    }

    public func journey(of message: MessageID) async throws(IntegrationError) -> Journey {
        try await reader.journey(of: message)
    }

    public func positions(of source: String) async throws(IntegrationError) -> [StreamPosition] {
        try await reader.positions(of: source)
    }

    public func delivered(flow: String, ids: [MessageID]) async throws(IntegrationError) -> [LedgerEntry] {
        try await reader.delivered(flow: flow, ids: ids)
    }

    public func state(_ namespace: String, _ key: [UInt8]) async throws(IntegrationError) -> StateValue? {
        try await reader.state(namespace, key)
    }
}
