internal import IntegrationCore

/// Handing out.
extension SQLiteWriter {
    func claim(
        from name: QueueName, count: Int, bytes: Int, for duration: Duration
    ) throws(IntegrationError) -> Claim? {
        _ = try ready()
        let (now, wall) = (clock.now, wall)
        guard count > 0, let queue = memory.queues[name] else { return nil }
        guard queue.mayHaveReady(now: now, wall: wall) else {
            if queue.counterIsWrong { throw notFound(queue.messages, in: name) }
            return nil
        }
        return try transaction(lazily) { connection throws(IntegrationError) in
            guard var queue = memory.queues[name] else { return nil }
            try expire(&queue, now: now, connection)
            var builder = ClaimBuilder(count: count, bytes: bytes, file: folder.database)
            try takeSuspect(&queue, &builder, connection)
            if builder.isEmpty { try takeReleased(&queue, &builder, connection) }
            if !builder.isFull, !builder.isSuspect { try takeDue(&queue, &builder, wall: wall, connection) }
            if builder.isEmpty { try takeSuspect(&queue, &builder, connection) }
            if !builder.isFull, !builder.isSuspect { try takeInTurn(&queue, &builder, connection) }
            defer { memory.queues[name] = queue }
            guard !builder.isEmpty else {
                if queue.counterIsWrong { throw notFound(queue.messages, in: name) }
                return nil
            }
            let lease = Lease(queue: name, token: nextToken())
            let held = LeaseMemory(
                deadline: now + duration, isSuspect: builder.isSuspect, entries: builder.entries)
            queue.leases[lease.token] = held
            try write(lease, of: queue.number, held.sequences, connection)
            return Claim(lease: lease, block: builder.block, messages: builder.messages)
        }
    }

    func extend(_ lease: Lease, for duration: Duration) throws(IntegrationError) {
        _ = try ready()
        var extended = memory
        let now = clock.now
        try extended.withLease(lease, now: now) { _, held throws(IntegrationError) in held.deadline = now + duration }
        memory = extended
    }

    /// Better said than waited for: what is not found never comes.
    private func notFound(_ messages: Int, in name: QueueName) -> IntegrationError {
        IntegrationError(
            .storeDamaged, "\(folder.database): queue `\(name.text)` counts \(messages) messages that can't be found",
            remedy: "`integration doctor` says what is wrong; with `--mend` it sets counters right.")
    }

    private func write(
        _ lease: Lease, of queue: Int64, _ sequences: IntervalSet, _ connection: Connection
    ) throws(IntegrationError) {
        let statement = try connection.statement(
            "INSERT INTO leases(token, queue, messages, ranges) VALUES(?1, ?2, ?3, ?4)")
        statement.bind(1, Int64(lease.token))
        statement.bind(2, queue)
        statement.bind(3, Int64(sequences.count))
        statement.bind(4, Packing.pack(sequences))
        try statement.run()
    }

    /// Ends the leases whose time is up; their messages are suspect.
    private func expire(_ queue: inout QueueMemory, now: Duration, _ connection: Connection) throws(IntegrationError) {
        for (token, lease) in queue.leases where lease.deadline <= now {
            let sequences = lease.sequences
            try giveBack(sequences, in: queue.number, suspicion: 1, connection)
            let statement = try connection.statement("DELETE FROM leases WHERE token = ?1")
            statement.bind(1, Int64(token))
            try statement.run()
            for range in sequences.ranges { queue.suspects.insert(range) }
            queue.leases[token] = nil
        }
    }

    private func takeSuspect(
        _ queue: inout QueueMemory, _ builder: inout ClaimBuilder, _ connection: Connection
    ) throws(IntegrationError) {
        guard !queue.isSuspectOut else { return }
        while builder.isEmpty, let sequence = queue.suspects.first {
            queue.suspects.remove(sequence)
            if sequence >= queue.cursor { queue.ahead.insert(sequence) }
            let statement = try connection.statement("SELECT \(ClaimBuilder.columns) FROM messages WHERE key = ?1")
            statement.bind(1, queue.key(sequence))
            try statement.forEach { row throws(IntegrationError) in try builder.add(row) }
        }
    }

    private func takeReleased(
        _ queue: inout QueueMemory, _ builder: inout ClaimBuilder, _ connection: Connection
    ) throws(IntegrationError) {
        while !builder.isFull, let range = queue.released.ranges.first {
            let statement = try connection.statement(
                "SELECT \(ClaimBuilder.columns) FROM messages WHERE key >= ?1 AND key < ?2")
            let keys = queue.keys(range)
            statement.bind(1, keys.lowerBound)
            statement.bind(2, keys.upperBound)
            var end = range.upperBound
            try statement.forEach { row throws(IntegrationError) in
                if try builder.add(row) { return true }
                end = MessageKey.sequence(row.integer(0))
                return false
            }
            queue.released.remove(range.lowerBound..<end)
            if end < range.upperBound { return }
        }
    }

    private func takeDue(
        _ queue: inout QueueMemory, _ builder: inout ClaimBuilder, wall: Int64, _ connection: Connection
    ) throws(IntegrationError) {
        guard let nextDue = queue.nextDue, nextDue <= wall else { return }
        let statement = try connection.statement(
            """
            SELECT \(ClaimBuilder.columns) FROM messages WHERE key >> 40 = ?1 AND due > 0 AND due <= ?2 ORDER BY due
            """)
        statement.bind(1, queue.number)
        statement.bind(2, wall)
        var taken: [Int64] = []
        try statement.forEach { row throws(IntegrationError) in
            // A suspect waits for its turn with the others.
            if row.integer(4) > 0 {
                queue.suspects.insert(MessageKey.sequence(row.integer(0)))
            } else if try !builder.add(row) {
                return false
            }
            taken.append(row.integer(0))
            return true
        }
        let mark = try connection.statement("UPDATE messages SET due = 0 WHERE key = ?1")
        for key in taken {
            mark.bind(1, key)
            try mark.run()
            let sequence = MessageKey.sequence(key)
            if sequence >= queue.cursor { queue.ahead.insert(sequence) }
        }
        queue.nextDue = try firstDue(queue.number, connection)
    }

    private func takeInTurn(
        _ queue: inout QueueMemory, _ builder: inout ClaimBuilder, _ connection: Connection
    ) throws(IntegrationError) {
        guard queue.cursor < queue.next else { return }
        let statement = try connection.statement(
            """
            SELECT \(ClaimBuilder.columns) FROM messages
            WHERE key >= ?1 AND key < ?2 AND due = 0 AND suspects = 0 ORDER BY key
            """)
        statement.bind(1, queue.key(queue.cursor))
        statement.bind(2, queue.key(queue.next))
        var end = queue.next
        try statement.forEach { row throws(IntegrationError) in
            let sequence = MessageKey.sequence(row.integer(0))
            if queue.ahead.contains(sequence) { return true }
            if try builder.add(row) {
                // The row behind the last one need not be read.
                guard builder.isFull else { return true }
                end = sequence + 1
            } else {
                end = sequence
            }
            return false
        }
        queue.cursor = end
        queue.ahead.remove(0..<end)
    }
}
