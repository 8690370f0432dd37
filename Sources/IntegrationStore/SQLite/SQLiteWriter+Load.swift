internal import IntegrationCore

/// Opening.
extension SQLiteWriter {
    /// Reads what memory holds, and ends the leases that the last owner left.
    ///
    /// - Parameter isOurs: whether the last owner is this process, whose connection failed: its leases say nothing about
    ///   their messages, so that these are not suspect.
    func load(_ connection: Connection, isOurs: Bool) throws(IntegrationError) {
        var loaded = WriterMemory()
        let abandoned = try connection.statement("SELECT queue, ranges, token FROM leases").map {
            row throws(IntegrationError) in
            guard let ranges = Packing.intervals(row.bytes(1)) else {
                throw IntegrationError(.storeDamaged, "\(folder.database): lease \(row.integer(2)) is malformed")
            }
            return (queue: row.integer(0), ranges: ranges)
        }
        try connection.transaction(.full) { () throws(IntegrationError) in
            try connection.execute("UPDATE meta SET value = value + 1 WHERE name = 'epoch'")
            for lease in abandoned {
                try giveBack(lease.ranges, in: lease.queue, suspicion: isOurs ? 0 : 1, connection)
            }
            try connection.execute("DELETE FROM leases")
        }
        epoch = UInt64(try connection.integer("SELECT value FROM meta WHERE name = 'epoch'") ?? 0)
        loaded.deadLetterBytes = Int(
            try connection.integer("SELECT value FROM meta WHERE name = 'dead_letter_bytes'") ?? 0)
        loaded.eventBytes = Int(try connection.integer("SELECT value FROM meta WHERE name = 'event_bytes'") ?? 0)
        var names: [Int64: QueueName] = [:]
        try connection.statement("SELECT \(QueueMemory.columns) FROM queues").forEach { row throws(IntegrationError) in
            let (name, queue) = QueueMemory.read(row)
            loaded.queues[name] = queue
            loaded.lastQueue = max(loaded.lastQueue, queue.number)
            names[queue.number] = name
            return true
        }
        for (name, queue) in loaded.queues { loaded.queues[name]?.nextDue = try firstDue(queue.number, connection) }
        try connection.statement("SELECT key FROM messages WHERE suspects > 0 AND due = 0").forEach {
            row throws(IntegrationError) in
            let key = row.integer(0)
            if let name = names[MessageKey.queue(key)] {
                loaded.queues[name]?.suspects.insert(MessageKey.sequence(key))
            }
            return true
        }
        memory = loaded
        tokens = 0
        // Ids of dead letters rise even if the clock was set back since.
        if let last = try connection.statement("SELECT id FROM dead_letters ORDER BY number DESC LIMIT 1").first({
            $0.id(0)
        }) {
            _ = ids.next(1, at: last.high >> 16 + 1, using: &random)
        }
    }

    /// The first due time of a queue's delayed messages, in milliseconds.
    func firstDue(_ queue: Int64, _ connection: Connection) throws(IntegrationError) -> Int64? {
        try connection.integer(
            "SELECT due FROM messages WHERE key >> 40 = ?1 AND due > 0 ORDER BY due LIMIT 1", queue)
    }

    /// Notes that a delivery of these messages ended without being settled.
    func giveBack(
        _ sequences: IntervalSet, in queue: Int64, suspicion: Int64, _ connection: Connection
    ) throws(IntegrationError) {
        let statement = try connection.statement(
            "UPDATE messages SET receives = receives + 1, suspects = suspects + ?3 WHERE key >= ?1 AND key < ?2")
        statement.bind(3, suspicion)
        for range in sequences.ranges {
            statement.bind(1, MessageKey.key(queue: queue, sequence: range.lowerBound))
            statement.bind(2, MessageKey.key(queue: queue, sequence: range.upperBound))
            try statement.run()
        }
    }

    func writeCounters(_ connection: Connection) throws(IntegrationError) {
        for name in memory.dirty {
            guard let queue = memory.queues[name] else { continue }
            try queue.write(name, connection)
        }
        guard memory.isMetaDirty else { return }
        let statement = try connection.statement("UPDATE meta SET value = ?2 WHERE name = ?1")
        for (name, value) in [("dead_letter_bytes", memory.deadLetterBytes), ("event_bytes", memory.eventBytes)] {
            statement.bind(1, name)
            statement.bind(2, value)
            try statement.run()
        }
    }
}
