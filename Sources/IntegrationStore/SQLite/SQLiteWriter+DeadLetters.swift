internal import IntegrationCore

/// Recording, mending and replaying dead letters.
extension SQLiteWriter {
    /// - Returns: the id that it got.
    func insert(_ letter: DeadLetterRecord, _ connection: Connection) throws(IntegrationError) -> MessageID {
        let id = ids.next(1, at: UInt64(max(0, wall)), using: &random)
        let stored = letter.body.count + (letter.metadata?.count ?? 0) + (letter.failingBody?.count ?? 0)
        let row = try connection.statement(
            """
            INSERT INTO dead_letters(id, queue, message, flow, flow_version, source, source_queue, step, destination,
                code, reason, path, causes, attempts, receives, received, failed, trace, size, stored, edited)
            VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, 0)
            """)
        row.bind(1, id)
        row.bind(2, letter.queue)
        row.bind(3, letter.message)
        row.bind(4, letter.flow)
        row.bind(5, letter.flowVersion)
        row.bind(6, letter.source)
        row.bind(7, letter.sourceQueue?.text)
        row.bind(8, letter.step)
        row.bind(9, letter.destination)
        row.bind(10, letter.code)
        row.bind(11, letter.reason)
        row.bind(12, letter.path)
        row.bind(13, letter.causes.isEmpty ? nil : letter.causes.joined(separator: "\u{1F}"))
        row.bind(14, letter.attempts)
        row.bind(15, letter.receiveCount)
        row.bind(16, letter.received.milliseconds)
        row.bind(17, letter.failed.milliseconds)
        row.bind(18, letter.trace)
        row.bind(19, letter.body.count)
        row.bind(20, stored)
        try row.run()
        let bodies = try connection.statement(
            """
            INSERT INTO dead_letter_bodies(number, body, metadata, failing)
            VALUES(last_insert_rowid(), ?1, ?2, ?3)
            """)
        bodies.bind(1, letter.body)
        bodies.bind(2, letter.metadata)
        bodies.bind(3, letter.failingBody)
        try bodies.run()
        memory.deadLetterBytes += stored
        memory.isMetaDirty = true
        return id
    }

    func replaceBody(ofDeadLetter id: MessageID, with body: [UInt8]) throws(IntegrationError) {
        try transaction(synchronous) { connection throws(IntegrationError) in
            guard let (number, stored) = try find(id, connection) else {
                throw IntegrationError(.deadLetterUnknown, "no dead letter has the id \(id)")
            }
            let bodies = try connection.statement(
                "UPDATE dead_letter_bodies SET body = ?2, failing = NULL WHERE number = ?1")
            bodies.bind(1, number)
            bodies.bind(2, body)
            try bodies.run()
            let metadata =
                try connection.integer(
                    "SELECT length(metadata) FROM dead_letter_bodies WHERE number = ?1", number) ?? 0
            let row = try connection.statement(
                "UPDATE dead_letters SET size = ?2, stored = ?3, edited = 1 WHERE number = ?1")
            row.bind(1, number)
            row.bind(2, body.count)
            row.bind(3, body.count + Int(metadata))
            try row.run()
            memory.deadLetterBytes += body.count + Int(metadata) - stored
            memory.isMetaDirty = true
        }
    }

    func removeDeadLetters(_ ids: [MessageID]) throws(IntegrationError) -> Int {
        try transaction(synchronous) { connection throws(IntegrationError) in
            var removed = 0
            for id in ids {
                guard let (number, stored) = try find(id, connection) else { continue }
                try remove(number, stored: stored, connection)
                removed += 1
            }
            return removed
        }
    }

    func replay(_ ids: [MessageID]) throws(IntegrationError) -> ReplayReport {
        try transaction(synchronous) { connection throws(IntegrationError) in
            var report = ReplayReport()
            for id in ids {
                guard let (number, stored) = try find(id, connection), let found = try letter(number, connection)
                else {
                    if report.replayed[id] == nil { report.gone.append(id) }
                    continue
                }
                var change = StoreChange()
                change.enqueue = [message(of: found)]
                let (plan, versions) = try check(change, connection)
                _ = try write(change, plan, versions, connection)
                try remove(number, stored: stored, connection)
                report.replayed[id] = change.enqueue[0].queue
            }
            return report
        }
    }

    /// The message that a dead letter was, as it goes back: with no tries, and to the failed branch alone.
    private func message(of letter: DeadLetterRecord) -> Enqueue {
        let metadata = letter.metadata ?? []
        let end = letter.body.count
        let resume = letter.destination.map { [ResumePoint(destination: $0, body: letter.failingBody)] }
        return Enqueue(
            queue: letter.sourceQueue ?? .parked(flow: letter.flow), block: letter.body + metadata,
            messages: [
                NewMessage(
                    id: letter.message, body: 0..<end,
                    metadata: letter.metadata == nil ? nil : end..<end + metadata.count,
                    receiveCount: letter.receiveCount, received: letter.received, source: letter.source,
                    resume: resume ?? [])
            ])
    }

    private func letter(_ number: Int64, _ connection: Connection) throws(IntegrationError) -> DeadLetterRecord? {
        let statement = try connection.statement(
            "SELECT \(StoredDeadLetter.wholeColumns) FROM \(StoredDeadLetter.wholeTable) WHERE d.number = ?1")
        statement.bind(1, number)
        return try statement.first { StoredDeadLetter(whole: $0).letter }
    }

    private func find(
        _ id: MessageID, _ connection: Connection
    ) throws(IntegrationError) -> (number: Int64, stored: Int)? {
        let statement = try connection.statement("SELECT number, stored FROM dead_letters WHERE id = ?1")
        statement.bind(1, id)
        return try statement.first { ($0.integer(0), Int($0.integer(1))) }
    }

    func remove(_ number: Int64, stored: Int, _ connection: Connection) throws(IntegrationError) {
        for table in ["dead_letters", "dead_letter_bodies"] {
            let statement = try connection.statement("DELETE FROM \(table) WHERE number = ?1")
            statement.bind(1, number)
            try statement.run()
        }
        memory.deadLetterBytes -= stored
        memory.isMetaDirty = true
    }
}
