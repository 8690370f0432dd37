internal import FileSystemClient
public import IntegrationCore

/// Reads a data folder through a connection of its own that can't write: while an engine runs, and while none does.
public actor SQLiteReader {
    private let executor: ThreadExecutor
    let folder: DataFolder
    private let clock: any TimeSource
    private var connection: Connection?

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(_ folder: DataFolder, clock: any TimeSource) throws(IntegrationError) {
        self.folder = folder
        self.clock = clock
        executor = try ThreadExecutor(clock: clock)
    }

    /// Reads the store in a folder for the length of `body`; nobody needs to own the folder, and nobody is kept from it.
    ///
    /// - Throws: what `body` throws; `storeUnusable`, `storeDamaged` or `storeTooNew` where there is nothing to read.
    public static func withReader<R>(
        of folder: String, clock: any TimeSource = SystemClock(), _ body: (SQLiteReader) async throws -> R
    ) async throws -> R {
        let reader = try SQLiteReader(DataFolder(path: folder), clock: clock)
        _ = try await reader.open()
        do {
            let result = try await body(reader)
            await reader.close()
            return result
        } catch {
            await reader.close()
            throw error
        }
    }

    func close() { connection = nil }

    func open() throws(IntegrationError) { _ = try ready() }

    /// The connection, opened anew where the last one failed.
    func ready() throws(IntegrationError) -> Connection {
        if let connection, !connection.isBroken { return connection }
        connection = nil
        let opened = try folder.open(.reader)
        try Schema.requireCurrent(opened)
        connection = opened
        return opened
    }

    var wall: Int64 { clock.wallTime.milliseconds }

    static func intervals(
        _ row: Statement, _ column: Int32, of stream: StreamKey, file: String
    ) throws(IntegrationError) -> IntervalSet {
        guard let set = Packing.intervals(row.bytes(column)) else {
            throw IntegrationError(
                .storeDamaged, "\(file): the positions of `\(stream.source)` in `\(stream.identity)` are malformed")
        }
        return set
    }
}

extension SQLiteReader: StoreReader {
    public func queues() throws(IntegrationError) -> [QueueSummary] {
        let connection = try ready()
        let now = Duration.milliseconds(wall)
        let statement = try connection.statement(
            """
            SELECT name, q.messages, bytes,
                (SELECT coalesce(sum(l.messages), 0) FROM leases l WHERE l.queue = q.number),
                coalesce(d.messages, 0),
                (SELECT m.received FROM messages m WHERE m.key >= q.number << 40 AND m.key < (q.number + 1) << 40
                    ORDER BY m.key LIMIT 1)
            FROM queues q
            LEFT JOIN (SELECT key >> 40 AS queue, count(*) AS messages FROM messages WHERE due > 0 GROUP BY key >> 40) d
                ON d.queue = q.number
            ORDER BY name
            """)
        return try statement.map { row in
            QueueSummary(
                name: QueueName(row.text(0)), messages: Int(row.integer(1)), bytes: Int(row.integer(2)),
                leased: Int(row.integer(3)), delayed: Int(row.integer(4)),
                oldestAge: row.optionalTime(5).map { max(.zero, now - $0) })
        }
    }

    public func peek(_ queue: QueueName, offset: Int, limit: Int) throws(IntegrationError) -> [QueuedMessage] {
        let statement = try ready().statement(
            """
            SELECT m.key, m.id, m.body, m.metadata, m.attempts, m.receives, m.suspects, m.received, m.due, m.source
            FROM queues q JOIN messages m ON m.key >= q.number << 40 AND m.key < (q.number + 1) << 40
            WHERE q.name = ?1 ORDER BY m.key LIMIT ?2 OFFSET ?3
            """)
        statement.bind(1, queue.text)
        statement.bind(2, max(0, limit))
        statement.bind(3, max(0, offset))
        return try statement.map { row in
            QueuedMessage(
                sequence: MessageKey.sequence(row.integer(0)), id: row.id(1), body: row.array(2),
                metadata: row.optionalArray(3), attempts: Int(row.integer(4)), receiveCount: Int(row.integer(5)),
                suspectCount: Int(row.integer(6)), received: row.time(7),
                due: row.integer(8) == 0 ? nil : row.time(8), source: row.optionalText(9))
        }
    }

    public func deadLetters(
        _ filter: DeadLetterFilter, before: MessageID?, limit: Int
    ) throws(IntegrationError) -> [StoredDeadLetter] {
        var conditions = Conditions(filter)
        // The one that is named may be gone; the next that is there bounds the page as well.
        conditions.add(
            """
            d.number < coalesce(
                (SELECT number FROM dead_letters WHERE id >= ? ORDER BY id LIMIT 1), 9223372036854775807)
            """, before)
        let statement = try ready().statement(
            """
            SELECT \(StoredDeadLetter.columns) FROM dead_letters d\(conditions.clause)
            ORDER BY d.number DESC LIMIT ?\(conditions.next)
            """)
        conditions.bind(statement)
        statement.bind(conditions.next, max(0, limit))
        return try statement.map { StoredDeadLetter(listed: $0) }
    }

    public func deadLetter(_ id: String) throws(IntegrationError) -> StoredDeadLetter {
        let range = MessageID.range(beginning: id)
        guard let range else {
            throw IntegrationError(.deadLetterUnknown, "`\(id)` is neither an id nor the beginning of one")
        }
        let statement = try ready().statement(
            """
            SELECT \(StoredDeadLetter.wholeColumns) FROM \(StoredDeadLetter.wholeTable)
            WHERE d.id BETWEEN ?1 AND ?2 OR d.message BETWEEN ?1 AND ?2 LIMIT 2
            """)
        statement.bind(1, range.lowerBound)
        statement.bind(2, range.upperBound)
        let found = try statement.map { StoredDeadLetter(whole: $0) }
        guard let first = found.first else {
            throw IntegrationError(.deadLetterUnknown, "no dead letter has the id \(id)")
        }
        guard found.count == 1 else {
            throw IntegrationError(
                .idAmbiguous, "\(id) means more than one dead letter: \(found[0].id) and \(found[1].id) among them")
        }
        return first
    }

    public func deadLetterGroups(_ filter: DeadLetterFilter) throws(IntegrationError) -> [DeadLetterGroup] {
        let conditions = Conditions(filter)
        // Columns that are not grouped by are those of the row with the largest number (SQLite, "bare columns").
        let statement = try ready().statement(
            """
            SELECT d.queue, d.flow, d.step, d.code, d.reason, count(*) AS letters, d.id, max(d.number)
            FROM dead_letters d\(conditions.clause)
            GROUP BY d.queue, d.flow, d.step, d.code ORDER BY letters DESC, max(d.number) DESC
            """)
        conditions.bind(statement)
        return try statement.map { row in
            DeadLetterGroup(
                queue: row.text(0), flow: row.text(1), step: row.text(2), code: row.text(3), reason: row.text(4),
                count: Int(row.integer(5)), newest: row.id(6))
        }
    }

    public func events(
        _ filter: EventFilter, before: UInt64?, limit: Int
    ) throws(IntegrationError) -> [StoredEvent] {
        var conditions = Conditions(filter)
        conditions.add("number < ?", before.map { Int64(clamping: $0) })
        let statement = try ready().statement(
            """
            SELECT number, at, kind, flow, message, step, detail FROM events\(conditions.clause)
            ORDER BY number DESC LIMIT ?\(conditions.next)
            """)
        conditions.bind(statement)
        statement.bind(conditions.next, max(0, limit))
        return try statement.map { row in
            StoredEvent(
                number: UInt64(row.integer(0)),
                event: EventRecord(
                    time: row.time(1), kind: row.text(2), flow: row.text(3), message: row.optionalID(4),
                    step: row.optionalText(5), detail: row.optionalArray(6)))
        }
    }

    public func journey(of message: MessageID) throws(IntegrationError) -> Journey {
        let events = try events(EventFilter(message: message), before: nil, limit: .max)
        let letters = try deadLetters(DeadLetterFilter(message: message), before: nil, limit: .max)
        let statement = try ready().statement(
            "SELECT flow, id, destination FROM ledger WHERE id = ?1 ORDER BY flow, destination")
        statement.bind(1, message)
        let delivered = try statement.map { LedgerEntry(flow: $0.text(0), id: $0.id(1), destination: $0.text(2)) }
        return Journey(events: events.reversed(), deadLetters: letters.reversed(), delivered: delivered)
    }

    public func positions(of source: String) throws(IntegrationError) -> [StreamPosition] {
        let statement = try ready().statement(
            "SELECT stream, ranges, metadata FROM positions WHERE source = ?1 ORDER BY stream")
        statement.bind(1, source)
        return try statement.map { row throws(IntegrationError) in
            let stream = StreamKey(source: source, identity: row.text(0))
            return StreamPosition(
                stream: stream, completed: try Self.intervals(row, 1, of: stream, file: folder.database),
                metadata: row.optionalArray(2))
        }
    }

    public func delivered(flow: String, ids: [MessageID]) throws(IntegrationError) -> [LedgerEntry] {
        let statement = try ready().statement(
            "SELECT destination FROM ledger WHERE id = ?1 AND flow = ?2 ORDER BY destination")
        var entries: [LedgerEntry] = []
        for id in ids {
            statement.bind(1, id)
            statement.bind(2, flow)
            entries += try statement.map { LedgerEntry(flow: flow, id: id, destination: $0.text(0)) }
        }
        return entries
    }

    public func state(_ namespace: String, _ key: [UInt8]) throws(IntegrationError) -> StateValue? {
        let statement = try ready().statement(
            "SELECT value, version, expires FROM state WHERE namespace = ?1 AND key = ?2")
        statement.bind(1, namespace)
        statement.bind(2, key)
        let wall = wall
        return try statement.first { row in
            row.optionalInteger(2).map { $0 <= wall } == true
                ? nil
                : StateValue(value: row.array(0), version: UInt64(row.integer(1)), expires: row.optionalTime(2))
        } ?? nil
    }
}

extension MessageID {
    /// All ids whose printed form begins so; nil where none can.
    static func range(beginning text: String) -> ClosedRange<MessageID>? {
        let text = text.uppercased()
        guard (1...26).contains(text.utf8.count) else { return nil }
        let rest = 26 - text.utf8.count
        guard let low = MessageID(text + String(repeating: "0", count: rest)),
            let high = MessageID(text + String(repeating: "Z", count: rest))
        else { return nil }
        return low...high
    }
}
