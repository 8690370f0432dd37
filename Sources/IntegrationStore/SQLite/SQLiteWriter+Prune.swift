internal import IntegrationCore

/// Removing what is past its retention, a piece at a time, so that commits get through.
extension SQLiteWriter {
    /// Removes the oldest dead letters that are past their retention.
    func pruneDeadLetters(now: Duration) throws(IntegrationError) -> Int {
        let retention = settings.deadLetters
        return try transaction(synchronous) { connection throws(IntegrationError) in
            let oldest = try oldest("dead_letters", time: "failed", size: "stored", connection)
            var removed = 0
            for row in oldest {
                guard retention.isOver(row.time, now: now, bytes: memory.deadLetterBytes) else { break }
                try remove(row.number, stored: row.size, connection)
                removed += 1
            }
            return removed
        }
    }

    /// Removes the oldest events that are past their retention.
    func pruneEvents(now: Duration) throws(IntegrationError) -> Int {
        let retention = settings.events
        return try transaction(synchronous) { connection throws(IntegrationError) in
            let oldest = try oldest("events", time: "at", size: "size", connection)
            var removed: [Int64] = []
            for row in oldest {
                guard retention.isOver(row.time, now: now, bytes: memory.eventBytes) else { break }
                memory.eventBytes -= row.size
                memory.isMetaDirty = true
                removed.append(row.number)
            }
            if let last = removed.last {
                let statement = try connection.statement("DELETE FROM events WHERE number <= ?1")
                statement.bind(1, last)
                try statement.run()
            }
            return removed.count
        }
    }

    /// Removes what the ledger has kept for too long and keys that have expired.
    func pruneByTime(now: Duration) throws(IntegrationError) -> (ledger: Int, state: Int) {
        let (cutoff, now) = ((now - settings.ledger).milliseconds, now.milliseconds)
        return try transaction(synchronous) { connection throws(IntegrationError) in
            var counts: [Int] = []
            let pieces = [
                (
                    """
                    DELETE FROM ledger WHERE (id, flow, destination) IN
                        (SELECT id, flow, destination FROM ledger WHERE at < ?1 ORDER BY at LIMIT ?2)
                    """, cutoff
                ),
                (
                    """
                    DELETE FROM state WHERE (namespace, key) IN
                        (SELECT namespace, key FROM state WHERE expires <= ?1 ORDER BY expires LIMIT ?2)
                    """, now
                ),
            ]
            for (sql, time) in pieces {
                let statement = try connection.statement(sql)
                statement.bind(1, time)
                statement.bind(2, Self.largestPiece)
                try statement.run()
                counts.append(connection.changes)
            }
            return (counts[0], counts[1])
        }
    }

    private func oldest(
        _ table: String, time: String, size: String, _ connection: Connection
    ) throws(IntegrationError) -> [(number: Int64, time: Duration, size: Int)] {
        let statement = try connection.statement(
            "SELECT number, \(time), \(size) FROM \(table) ORDER BY number LIMIT \(Self.largestPiece)")
        return try statement.map { ($0.integer(0), $0.time(1), Int($0.integer(2))) }
    }
}

extension Retention {
    /// Whether the oldest of something is to be removed: it is of `time`, and there are `bytes` in all.
    func isOver(_ time: Duration, now: Duration, bytes total: Int) -> Bool {
        age.map { time + $0 < now } ?? false || total > bytes ?? .max
    }
}
