internal import IntegrationCore

/// Declaring queues, and taking the oldest messages out of them.
extension SQLiteWriter {
    func declare(_ name: QueueName, _ settings: QueueSettings) throws(IntegrationError) {
        if let known = memory.queues[name], known.settings == settings {
            _ = try ready()
            return
        }
        try transaction(synchronous) { _ throws(IntegrationError) in
            try memory.withQueue(name) { queue throws(IntegrationError) in queue.settings = settings }
        }
    }

    /// The sequence that a queue's next message gets; nil where there is no such queue.
    func end(of name: QueueName) throws(IntegrationError) -> UInt64? {
        _ = try ready()
        return memory.queues[name]?.next
    }

    /// Names of queues whose retention has a limit.
    func queuesToPrune() throws(IntegrationError) -> [QueueName] {
        _ = try ready()
        return memory.queues.filter { $0.value.settings.retention != .forever }.map(\.key).sorted()
    }

    /// A part of a queue that was gone through.
    struct Piece: Sendable {
        /// Messages that were removed.
        var removed = 0
        /// Where the next piece begins; nil at the end.
        var next: UInt64?
    }

    /// Removes messages that nobody holds, oldest first, and not so many that commits would have to wait.
    ///
    /// - Parameter now: wall time; only what is past the queue's retention is removed. nil removes everything.
    func removeOldest(
        of name: QueueName, from start: UInt64, to end: UInt64, pastRetentionAt now: Duration?
    ) throws(IntegrationError) -> Piece {
        try transaction(synchronous) { connection throws(IntegrationError) in
            guard let queue = memory.queues[name] else { return Piece() }
            let held = queue.held
            let retention = queue.settings.retention
            var (piece, bytes) = (Piece(), 0)
            var runs: [Range<UInt64>] = []
            var isInRun = false
            var seen = 0
            let statement = try connection.statement(
                """
                SELECT key, received, length(body) + coalesce(length(metadata), 0) + coalesce(length(resume), 0)
                FROM messages WHERE key >= ?1 AND key < ?2 ORDER BY key
                """)
            statement.bind(1, queue.key(start))
            statement.bind(2, queue.key(end))
            try statement.forEach { row throws(IntegrationError) in
                let sequence = MessageKey.sequence(row.integer(0))
                guard seen < Self.largestPiece else {
                    piece.next = sequence
                    return false
                }
                seen += 1
                if let now {
                    let isOld = retention.age.map { row.time(1) + $0 < now } ?? false
                    guard isOld || queue.bytes - bytes > retention.bytes ?? .max else { return false }
                }
                guard !held.contains(sequence) else {
                    isInRun = false
                    return true
                }
                if isInRun, let first = runs.last?.lowerBound {
                    runs[runs.count - 1] = first..<sequence + 1
                } else {
                    runs.append(sequence..<sequence + 1)
                    isInRun = true
                }
                piece.removed += 1
                bytes += Int(row.integer(2))
                return true
            }
            let delete = try connection.statement("DELETE FROM messages WHERE key >= ?1 AND key < ?2")
            for run in runs {
                delete.bind(1, queue.key(run.lowerBound))
                delete.bind(2, queue.key(run.upperBound))
                try delete.run()
            }
            let removed = piece.removed
            try memory.withQueue(name) { queue throws(IntegrationError) in
                for run in runs { queue.forget(run) }
                queue.messages -= removed
                queue.bytes -= bytes
            }
            return piece
        }
    }

    /// Rows that are removed in one transaction.
    static let largestPiece = 2000
}
