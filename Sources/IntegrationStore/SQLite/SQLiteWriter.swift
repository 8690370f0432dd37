internal import FileSystemClient
internal import IntegrationCore

/// The one that writes: a connection, what is known of the queues, and a thread for both.
actor SQLiteWriter {
    let executor: ThreadExecutor
    let folder: DataFolder
    let settings: StoreSettings
    let clock: any TimeSource
    private var lock: FolderLock?
    private var connection: Connection?
    private var isClosed = false
    /// Whether the last connection failed in a way that may have lost what the log was given.
    private var needsRepair = false

    var memory = WriterMemory()
    var ids = MessageIDGenerator()
    var random: RandomSource
    /// Counts the openings; stands above the low 40 bits of every token.
    var epoch: UInt64 = 0
    var tokens: UInt64 = 0
    /// Changes that wait for the next group; at most one per caller.
    private var pending: [Submission] = []
    private var submissions: UInt64 = 0
    /// Whether somebody is about to commit what waits.
    private var isGathering = false
    /// Those who wait for somebody else to commit their change.
    private var followers: [UInt64: CheckedContinuation<Outcome, Never>] = [:]
    /// What changes became whose callers do not wait yet.
    private var outcomes: [UInt64: Outcome] = [:]
    private var waiters: [QueueName: [ObjectIdentifier: Waiter]] = [:]

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private typealias Outcome = Result<StoreReceipt, IntegrationError>

    private struct Submission {
        let number: UInt64
        let change: StoreChange
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
    private static let largestGroupBytes = 32 << 20
    /// Pages of log after which it is moved into the file (8 MiB): whoever commits then waits for it.
    private static let checkpointPages = 2048

    init(
        _ folder: DataFolder, _ settings: StoreSettings, clock: any TimeSource, random: RandomSource
    ) throws(IntegrationError) {
        executor = try ThreadExecutor(clock: clock)
        self.folder = folder
        self.settings = settings
        self.clock = clock
        self.random = random
    }

    /// Opens the file; messages in flight when the last owner ended are then ready again.
    func open() throws(IntegrationError) {
        try folder.create()
        lock = try FolderLock(folder.lock)
        _ = try ready()
    }

    /// Moves the log into the file and lets everybody go who waits.
    func close() {
        isClosed = true
        connection = nil
        lock = nil
        for waiter in waiters.values.flatMap(\.values) { waiter.signal.signal() }
        waiters = [:]
    }

    /// The connection, opened anew where the last one failed.
    func ready() throws(IntegrationError) -> Connection {
        guard !isClosed else { throw IntegrationError(.storeClosed, "the store in \(folder.path) is closed") }
        if let connection, !connection.isBroken { return connection }
        needsRepair = needsRepair || connection != nil
        connection = nil
        // A store that vanished while it was open is not replaced by an empty one.
        if !needsRepair { try folder.prepare() }
        let opened = try folder.open(.owner)
        try opened.execute(
            """
            PRAGMA cache_size=-32768; PRAGMA journal_size_limit=67108864;
            PRAGMA wal_autocheckpoint=\(Self.checkpointPages)
            """)
        guard try opened.text("PRAGMA journal_mode=WAL") == "wal" else {
            throw IntegrationError(.storeUnusable, "\(folder.database) can't be given a write-ahead log")
        }
        try Schema.migrate(opened)
        let isBusy = try opened.integer("PRAGMA wal_checkpoint(TRUNCATE)") != 0
        // What a failed sync lost of the log is not told again, and would cut off all that is added behind it.
        guard !isBusy || !needsRepair else {
            throw IntegrationError(
                .storageFailed, "\(folder.log) can't be moved into the file after a failure: somebody is reading")
        }
        try load(opened, isOurs: needsRepair)
        needsRepair = false
        connection = opened
        for name in waiters.keys { wake(name) }
        return opened
    }

    /// A number that no lease and no version of a key ever had.
    func nextToken() -> UInt64 {
        tokens += 1
        return epoch << 40 | tokens
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

    /// Commits a change together with all that arrive while the thread is busy.
    func commit(_ change: StoreChange) async throws(IntegrationError) -> StoreReceipt {
        submissions += 1
        let mine = submissions
        pending.append(Submission(number: mine, change: change))
        guard !isGathering else {
            return try await withCheckedContinuation { continuation in
                if let outcome = outcomes.removeValue(forKey: mine) {
                    continuation.resume(returning: outcome)
                } else {
                    followers[mine] = continuation
                }
            }.get()
        }
        // The first commits for all: it goes behind those that have arrived by now.
        isGathering = true
        await Task.yield()
        isGathering = false
        var outcome: Outcome?
        while !pending.isEmpty {
            for (number, result) in commitGroup() {
                if number == mine {
                    outcome = result
                } else if let follower = followers.removeValue(forKey: number) {
                    follower.resume(returning: result)
                } else {
                    outcomes[number] = result
                }
            }
        }
        guard let outcome else { preconditionFailure("a change has no outcome") }
        return try outcome.get()
    }

    /// Takes what waits, within the bounds of a group.
    private func takeGroup() -> [Submission] {
        var bytes = 0
        let group = pending.prefix(Self.largestGroup).prefix { submission in
            defer { bytes += submission.change.enqueue.reduce(0) { $0 + $1.block.count } }
            return bytes <= Self.largestGroupBytes
        }
        pending.removeFirst(group.count)
        return Array(group)
    }

    private func commitGroup() -> [(UInt64, Outcome)] {
        let group = takeGroup()
        do throws(IntegrationError) {
            return try commit(group)
        } catch {
            // One that can't be written must not take the others along.
            let alone = group.count > 1 && connection?.isBroken == false
            return group.flatMap { member in
                guard alone else { return [(member.number, Outcome.failure(error))] }
                do throws(IntegrationError) {
                    return try commit([member])
                } catch {
                    return [(member.number, .failure(error))]
                }
            }
        }
    }

    /// Commits changes in one transaction, without those that are refused.
    ///
    /// - Throws: why nothing could be written.
    private func commit(_ group: [Submission]) throws(IntegrationError) -> [(UInt64, Outcome)] {
        var finished: [(UInt64, Outcome)] = []
        try transaction(synchronous) { connection throws(IntegrationError) in
            for submission in group {
                let (number, change) = (submission.number, submission.change)
                let plan: ChangePlan
                let versions: [UInt64]
                do throws(IntegrationError) {
                    (plan, versions) = try check(change, connection)
                } catch {
                    guard error.refusesChange, !connection.isBroken else { throw error }
                    finished.append((number, .failure(error)))
                    continue
                }
                finished.append((number, .success(try write(change, plan, versions, connection))))
            }
        }
        return finished
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
