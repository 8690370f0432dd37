internal import IntegrationCore

/// What a change does to the tables.
extension SQLiteWriter {
    /// Checks a change as a whole before anything of it is written or noted.
    ///
    /// - Returns: what it does to messages, and the version that each key gets.
    /// - Throws: a refusal, or why it could not be checked.
    func check(
        _ change: StoreChange, _ connection: Connection
    ) throws(IntegrationError) -> (ChangePlan, versions: [UInt64]) {
        var after = memory
        let plan = try ChangePlan(change, &after, now: clock.now, wall: wall)
        let versions = try checkState(change.state, connection)
        memory = after
        return (plan, versions)
    }

    /// Writes a change that was checked; whatever this throws ends the transaction.
    func write(
        _ change: StoreChange, _ plan: ChangePlan, _ versions: [UInt64], _ connection: Connection
    ) throws(IntegrationError) -> StoreReceipt {
        try settle(change, plan, connection)
        for (enqueue, firstKey) in zip(change.enqueue, plan.firstKeys) {
            try insert(enqueue, from: firstKey, connection)
        }
        try write(change.positions, forgetting: change.forgetStreams, connection)
        try write(change.ledger, forgetting: change.forgetLedger, connection)
        try write(change.state, versions, connection)
        var receipt = StoreReceipt(stateVersions: zip(change.state, versions).map { $0.value == nil ? nil : $1 })
        for letter in change.deadLetters { receipt.deadLetters.append(try insert(letter, connection)) }
        try write(change.events, connection)
        return receipt
    }

    private func settle(
        _ change: StoreChange, _ plan: ChangePlan, _ connection: Connection
    ) throws(IntegrationError) {
        try runOverRanges("DELETE FROM messages WHERE key >= ?1 AND key < ?2", plan.deletes, connection)
        try runOverRanges(
            "UPDATE messages SET receives = receives + 1 WHERE key >= ?1 AND key < ?2", plan.releases, connection)
        for (key, putBack) in plan.reschedules { try reschedule(key, putBack, connection) }
        for (token, left) in plan.leases {
            let statement = try connection.statement(
                left.isEmpty
                    ? "DELETE FROM leases WHERE token = ?1"
                    : "UPDATE leases SET messages = ?2, ranges = ?3 WHERE token = ?1")
            statement.bind(1, Int64(token))
            if !left.isEmpty {
                statement.bind(2, Int64(left.count))
                statement.bind(3, Packing.pack(left))
            }
            try statement.run()
        }
    }

    /// Runs a statement over ranges of messages that must all be there.
    private func runOverRanges(
        _ sql: String, _ ranges: [Range<Int64>], _ connection: Connection
    ) throws(IntegrationError) {
        guard !ranges.isEmpty else { return }
        let statement = try connection.statement(sql)
        for range in ranges {
            statement.bind(1, range.lowerBound)
            statement.bind(2, range.upperBound)
            try statement.run()
            guard connection.changes == range.count else { throw missing(range, found: connection.changes) }
        }
    }

    private func missing(_ range: Range<Int64>, found: Int) -> IntegrationError {
        IntegrationError(
            .storeDamaged,
            """
            \(folder.database): of messages \(MessageKey.sequence(range.lowerBound)) to \
            \(MessageKey.sequence(range.upperBound - 1)) of queue \(MessageKey.queue(range.lowerBound)) \(found) are \
            there, \(range.count) should be
            """,
            remedy: "`integration doctor` says what is wrong; with `--mend` it sets counters right.")
    }

    private func reschedule(_ key: Int64, _ putBack: PutBack, _ connection: Connection) throws(IntegrationError) {
        let resume = putBack.resume.flatMap(Packing.pack)
        if putBack.resume != nil {
            let before = try connection.integer("SELECT length(resume) FROM messages WHERE key = ?1", key) ?? 0
            try memory.withQueue(putBack.lease.queue) { queue throws(IntegrationError) in
                queue.bytes += (resume?.count ?? 0) - Int(before)
            }
        }
        let statement = try connection.statement(
            """
            UPDATE messages SET receives = receives + 1, due = ?2, attempts = coalesce(?3, attempts),
                resume = CASE WHEN ?4 THEN ?5 ELSE resume END WHERE key = ?1
            """)
        statement.bind(1, key)
        statement.bind(2, putBack.due?.milliseconds ?? 0)
        statement.bind(3, putBack.attempts.map(Int64.init))
        statement.bind(4, putBack.resume == nil ? 0 : 1)
        statement.bind(5, resume)
        try statement.run()
        guard connection.changes == 1 else { throw missing(key..<key + 1, found: 0) }
    }

    func insert(_ enqueue: Enqueue, from firstKey: Int64, _ connection: Connection) throws(IntegrationError) {
        let statement = try connection.statement(
            """
            INSERT INTO messages(key, id, due, attempts, receives, suspects, received, source, metadata, resume, body)
            VALUES(?1, ?2, ?3, ?4, ?5, 0, ?6, ?7, ?8, ?9, ?10)
            """)
        let wall = wall
        var failure: IntegrationError?
        enqueue.block.withUnsafeBytes { block in
            var key = firstKey
            do throws(IntegrationError) {
                for message in enqueue.messages {
                    statement.bind(1, key)
                    statement.bind(2, message.id)
                    let due = message.due?.milliseconds ?? 0
                    statement.bind(3, due > wall ? due : 0)
                    statement.bind(4, message.attempts)
                    statement.bind(5, message.receiveCount)
                    statement.bind(6, message.received.milliseconds)
                    statement.bind(7, message.source)
                    if let metadata = message.metadata {
                        statement.bind(8, standing: UnsafeRawBufferPointer(rebasing: block[metadata]))
                    } else {
                        statement.bindNull(8)
                    }
                    statement.bind(9, Packing.pack(message.resume))
                    statement.bind(10, standing: UnsafeRawBufferPointer(rebasing: block[message.body]))
                    try statement.run()
                    key += 1
                }
            } catch {
                failure = error
            }
        }
        statement.clear()
        if let failure { throw failure }
    }

    private func write(
        _ progress: [StreamProgress], forgetting gone: [StreamKey], _ connection: Connection
    ) throws(IntegrationError) {
        for part in progress {
            let known = try connection.statement("SELECT ranges FROM positions WHERE source = ?1 AND stream = ?2")
            known.bind(1, part.stream.source)
            known.bind(2, part.stream.identity)
            var completed =
                try known.first { row throws(IntegrationError) in
                    try SQLiteReader.intervals(row, 0, of: part.stream, file: folder.database)
                } ?? IntervalSet()
            for range in part.completed { completed.insert(range) }
            let statement = try connection.statement(
                """
                INSERT INTO positions(source, stream, ranges, metadata) VALUES(?1, ?2, ?3, ?4)
                ON CONFLICT DO UPDATE SET ranges = ?3, metadata = coalesce(?4, metadata)
                """)
            statement.bind(1, part.stream.source)
            statement.bind(2, part.stream.identity)
            statement.bind(3, Packing.pack(completed))
            statement.bind(4, part.metadata)
            try statement.run()
        }
        for stream in gone {
            let statement = try connection.statement("DELETE FROM positions WHERE source = ?1 AND stream = ?2")
            statement.bind(1, stream.source)
            statement.bind(2, stream.identity)
            try statement.run()
        }
    }

    private func write(
        _ entries: [LedgerEntry], forgetting settled: [(flow: String, id: MessageID)], _ connection: Connection
    ) throws(IntegrationError) {
        for entry in entries {
            let statement = try connection.statement(
                "INSERT OR IGNORE INTO ledger(flow, id, destination, at) VALUES(?1, ?2, ?3, ?4)")
            statement.bind(1, entry.flow)
            statement.bind(2, entry.id)
            statement.bind(3, entry.destination)
            statement.bind(4, wall)
            try statement.run()
        }
        for (flow, id) in settled {
            let statement = try connection.statement("DELETE FROM ledger WHERE id = ?1 AND flow = ?2")
            statement.bind(1, id)
            statement.bind(2, flow)
            try statement.run()
        }
    }

    private func write(_ events: [EventRecord], _ connection: Connection) throws(IntegrationError) {
        guard !events.isEmpty else { return }
        let statement = try connection.statement(
            """
            INSERT INTO events(at, kind, flow, message, step, size, detail) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """)
        for event in events {
            let size = 32 + event.kind.utf8.count + event.flow.utf8.count + (event.detail?.count ?? 0)
            statement.bind(1, event.time.milliseconds)
            statement.bind(2, event.kind)
            statement.bind(3, event.flow)
            statement.bind(4, event.message)
            statement.bind(5, event.step)
            statement.bind(6, size)
            statement.bind(7, event.detail)
            try statement.run()
            memory.eventBytes += size
        }
        memory.isMetaDirty = true
    }
}
