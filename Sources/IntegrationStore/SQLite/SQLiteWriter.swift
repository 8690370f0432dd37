internal import FileSystemClient
internal import IntegrationCore
internal import Synchronization

/// The one that writes: a connection, what is known of the queues, and a thread for both.
actor SQLiteWriter {
    let executor = ThreadExecutor()
    let folder: DataFolder
    let settings: StoreSettings
    let clock: any TimeSource
    private let lock: FolderLock
    private let inbox = Mutex(Inbox())
    private var connection: Connection?
    private var isClosed = false

    var memory = WriterMemory()
    var ids = MessageIDGenerator()
    var random: RandomSource
    /// Counts the openings; in the upper half of every token.
    private var epoch: UInt64 = 0
    private var tokens: UInt64 = 0
    private var results: [UInt64: Result<StoreReceipt, IntegrationError>] = [:]
    private var waiters: [QueueName: [ObjectIdentifier: Waiter]] = [:]

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Changes that wait for the thread; at most one per caller that waits.
    private struct Inbox {
        var next: UInt64 = 0
        var changes: [(number: UInt64, change: StoreChange)] = []
    }

    private struct Waiter {
        let purpose: Purpose
        let signal: ShutdownSignal
    }

    /// What somebody waits for at a queue.
    enum Purpose {
        case messages
        case room
    }

    /// What somebody finds who wants to wait.
    enum Readiness {
        case ready
        /// Wait for the signal, or until a monotonic time.
        case notBefore(Duration?)
    }

    /// Changes that are committed together.
    private static let largestGroup = 256
    /// Pages of log after which it is moved into the file (32 MiB).
    private static let checkpointPages = 8192

    init(
        _ folder: DataFolder, _ settings: StoreSettings, clock: any TimeSource, random: RandomSource
    )
        throws(IntegrationError)
    {
        try folder.create()
        lock = try FolderLock(folder.lock)
        self.folder = folder
        self.settings = settings
        self.clock = clock
        self.random = random
    }

    /// Opens the file; messages in flight when the last owner ended are then ready again.
    func open() throws(IntegrationError) { _ = try ready() }

    /// Moves the log into the file and lets everybody go who waits.
    func close() {
        isClosed = true
        connection = nil
        for waiter in waiters.values.flatMap(\.values) { waiter.signal.signal() }
        waiters = [:]
    }

    /// The connection, opened anew where the last one failed.
    func ready() throws(IntegrationError) -> Connection {
        guard !isClosed else { throw IntegrationError(.storeClosed, "the store in \(folder.path) is closed") }
        if let connection, !connection.isBroken { return connection }
        // The log must be in the file before anything is added: what a failed sync lost is not told again.
        connection = nil
        try folder.prepare()
        let opened = try Connection(folder.database, .owner)
        try opened.execute(
            """
            PRAGMA cache_size=-32768; PRAGMA journal_size_limit=67108864;
            PRAGMA wal_autocheckpoint=\(Self.checkpointPages)
            """)
        guard try opened.text("PRAGMA journal_mode=WAL") == "wal" else {
            throw IntegrationError(.storeUnusable, "\(folder.database) can't be given a write-ahead log")
        }
        try Schema.migrate(opened)
        try opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        try load(opened)
        connection = opened
        for name in waiters.keys { wake(name) }
        return opened
    }

    /// A number that no lease and no version of a key ever had.
    func nextToken() -> UInt64 {
        tokens += 1
        return epoch << 32 | tokens
    }

    var wall: Int64 { clock.wallTime.milliseconds }

    /// What a commit waits for.
    var synchronous: Connection.Synchronous {
        switch settings.durability {
        case .full: .full
        case .os: .normal
        case .none: .off
        }
    }

    /// For what may be lost with the machine, such as who holds what.
    var lazily: Connection.Synchronous { settings.durability == .none ? .off : .normal }

    /// One transaction over database and memory: both change, or neither.
    func transaction<R>(
        _ synchronous: Connection.Synchronous, _ body: (Connection) throws(IntegrationError) -> R
    ) throws(IntegrationError) -> R {
        let connection = try ready()
        let before = memory
        let result: R
        do {
            result = try connection.transaction(synchronous) { () throws(IntegrationError) in
                let result = try body(connection)
                try writeCounters(connection)
                return result
            }
        } catch {
            memory = before
            throw error
        }
        let touched = memory.dirty
        memory.dirty = []
        memory.isMetaDirty = false
        for name in touched where waiters[name] != nil { wake(name) }
        return result
    }

    // MARK: Group commit

    /// Puts a change where the thread finds it.
    nonisolated func submit(_ change: StoreChange) -> UInt64 {
        inbox.withLock { inbox in
            inbox.next += 1
            inbox.changes.append((inbox.next, change))
            return inbox.next
        }
    }

    /// Commits everything that was submitted, if nobody has done so since.
    func finish(_ number: UInt64) throws(IntegrationError) -> StoreReceipt {
        while results[number] == nil { commitGroup() }
        guard let result = results.removeValue(forKey: number) else { preconditionFailure("a change has no result") }
        return try result.get()
    }

    private func commitGroup() {
        let group = inbox.withLock { inbox in
            let group = Array(inbox.changes.prefix(Self.largestGroup))
            inbox.changes.removeFirst(group.count)
            return group
        }
        var finished: [(UInt64, Result<StoreReceipt, IntegrationError>)] = []
        do throws(IntegrationError) {
            try transaction(synchronous) { connection throws(IntegrationError) in
                for (number, change) in group {
                    do throws(IntegrationError) {
                        finished.append((number, .success(try apply(change, connection))))
                    } catch {
                        guard error.refusesChange, !connection.isBroken else { throw error }
                        finished.append((number, .failure(error)))
                    }
                }
            }
        } catch {
            // Those that were refused for a reason of their own keep it.
            let refused = finished.filter { if case .failure = $0.1 { true } else { false } }
            finished = group.map { ($0.number, .failure(error)) } + refused
        }
        for (number, result) in finished { results[number] = result }
    }

    // MARK: Waiting

    /// Whether there is what somebody wants; if not, `signal` is given when there may be.
    func readiness(
        of queue: QueueName, _ purpose: Purpose, orElse signal: ShutdownSignal
    ) throws(IntegrationError)
        -> Readiness
    {
        _ = try ready()
        if isReady(queue, purpose) { return .ready }
        waiters[queue, default: [:]][ObjectIdentifier(signal)] = Waiter(purpose: purpose, signal: signal)
        guard purpose == .messages, let memory = memory.queues[queue] else { return .notBefore(nil) }
        return .notBefore(memory.nextTime(now: clock.now, wall: wall))
    }

    /// Takes back what `readiness` noted.
    func stopWaiting(at queue: QueueName, _ signal: ShutdownSignal) {
        waiters[queue]?[ObjectIdentifier(signal)] = nil
        if waiters[queue]?.isEmpty == true { waiters[queue] = nil }
    }

    private func isReady(_ queue: QueueName, _ purpose: Purpose) -> Bool {
        guard let memory = memory.queues[queue] else { return purpose == .room }
        return switch purpose {
        case .messages: memory.mayHaveReady(now: clock.now, wall: wall)
        case .room: memory.hasRoom
        }
    }

    /// Wakes those who wait at a queue: all, since what changed may also be the time until which they wait.
    private func wake(_ queue: QueueName) {
        for waiter in waiters[queue]?.values ?? [:].values { waiter.signal.signal() }
        waiters[queue] = nil
    }
}

/// Opening.
extension SQLiteWriter {
    /// Reads what memory holds, and ends the leases that the last owner left.
    private func load(_ connection: Connection) throws(IntegrationError) {
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
            for lease in abandoned { try raiseSuspicion(of: lease.ranges, in: lease.queue, connection) }
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
    func raiseSuspicion(
        of sequences: IntervalSet, in queue: Int64, _ connection: Connection
    ) throws(IntegrationError) {
        let statement = try connection.statement(
            "UPDATE messages SET receives = receives + 1, suspects = suspects + 1 WHERE key >= ?1 AND key < ?2")
        for range in sequences.ranges {
            statement.bind(1, MessageKey.key(queue: queue, sequence: range.lowerBound))
            statement.bind(2, MessageKey.key(queue: queue, sequence: range.upperBound))
            try statement.run()
        }
    }

    private func writeCounters(_ connection: Connection) throws(IntegrationError) {
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
