internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationResilience
internal import Logging
internal import PostgreSQLClient
internal import Synchronization

/// An open queue table: claims rows, keeps their leases alive, and tells the database what became of them.
final class QueueTableReceiver: Receiver {
    private struct Settled {
        var lease: String
        var accepted: [Int64] = []
        var released: [(id: Int64, postponement: RowTicket.Postponement?)] = []
    }

    private struct State {
        /// Deliveries that are being worked on, by their leases.
        var held: [String: RowTicket] = [:]
        /// What is still to be told; as many entries at most as deliveries are under way, because nothing is claimed
        /// while it can't be told.
        var settled: [Settled] = []
        /// Why it can't be told for now.
        var untold: IntegrationError?
        /// The lease of a suspect that is being looked for, or worked on: one at a time, because only one can be to blame.
        var suspect: String?
        /// When suspects are looked for again (monotonic).
        var nextSuspects = Duration.zero
        /// When there may be a row that is due, though nobody says so (monotonic).
        var nextDue = Duration.zero
        var outage = OutageLog()
        /// Whether the table is known to be there.
        var isThere = false
    }

    private let source: QueueTableSource
    private let session: PostgreSQLSession
    private let wakeup: Wakeup
    private let state = Mutex(State())
    /// Wakes the keeper when something was settled.
    private let settled = Wakeup()

    private var context: FlowContext { session.context }

    /// Receives of a row that was alone in its delivery and never settled, after which it is poison.
    private static let poisonCount = 3
    private static let suspectInterval = Duration.seconds(1)
    private static let shortestWait = Duration.milliseconds(200)
    private static let pauseAfterFailure = Duration.seconds(1)

    init(_ source: QueueTableSource, session: PostgreSQLSession, wakeup: Wakeup) {
        self.source = source
        self.session = session
        self.wakeup = wakeup
    }

    func receive() async throws(IntegrationError) -> Delivery? {
        while !context.shutdown.isSignalled, !Task.isCancelled {
            let seen = wakeup.count
            let isEnding = context.ending.isSignalled
            let now = context.clock.now
            do throws(IntegrationError) {
                // Rows whose settlement can't be told would come again, and their effects with them.
                if let untold = state.withLock({ $0.untold }) { throw untold }
                let delivery = try await claim(at: now)
                if state.withLock({ $0.outage.worked() }) {
                    context.logger.notice(
                        "the queue table can be read again", metadata: ["table": "\(source.table.table.quoted)"])
                }
                if let delivery { return delivery }
            } catch {
                // Whatever it is may be mended: a table, a right.
                guard !Task.isCancelled else { throw error }
                if state.withLock({ $0.outage.failed(at: context.clock.now) }) {
                    context.logger.error(
                        "the queue table can't be read for now",
                        metadata: [
                            "table": "\(source.table.table.quoted)", "code": "\(error.code)",
                            "error": "\(error.message)",
                        ])
                }
                guard await context.pause(for: Self.pauseAfterFailure) else { return nil }
                continue
            }
            if isEnding { return nil }
            let nextDue = state.withLock { $0.nextDue }
            await wakeup.waitForRows(after: seen, until: min(now + source.pollInterval, nextDue), in: context)
        }
        return nil
    }

    // MARK: Claiming

    private func claim(at now: Duration) async throws(IntegrationError) -> Delivery? {
        let lease = newLease()
        let looksForSuspects = state.withLock { state in
            guard state.suspect == nil, state.nextSuspects <= now else { return false }
            state.suspect = lease
            return true
        }
        do throws(IntegrationError) {
            let rows = try await claim(lease, looksForSuspects)
            return rows.count > 0 ? delivery(of: rows, lease) : nil
        } catch {
            forgetSuspect(lease)
            throw error
        }
    }

    private func claim(_ lease: String, _ looksForSuspects: Bool) async throws(IntegrationError) -> SQLResult {
        try await session.withConnection { connection async throws(IntegrationError) in
            if state.withLock({ !$0.isThere }) {
                try await source.table.definition.create(connection, session)
                // Nobody gets a row who may not settle it.
                for request in [source.table.accept(lease, []), source.table.release(lease, [])] {
                    try await connection.plan(request.sql, timeout: session.timeout)
                }
                state.withLock { $0.isThere = true }
            }
            if looksForSuspects {
                let request = source.table.claimSuspect(lease, for: source.visibilityTimeout)
                let suspects = try await connection.run(request, timeout: session.timeout)
                if suspects.count > 0 { return suspects }
                forgetSuspect(lease, next: context.clock.now + Self.suspectInterval)
            }
            let request = source.table.claim(lease, for: source.visibilityTimeout, count: source.batchSize)
            let claimed = try await connection.run(request, timeout: session.timeout)
            if claimed.count == 0 { try await lookAhead(connection) }
            return claimed
        }
    }

    /// The next suspect may come.
    ///
    /// - Parameter next: when (monotonic); nil for at once.
    private func forgetSuspect(_ lease: String, next: Duration? = nil) {
        let isOver = state.withLock { state in
            guard state.suspect == lease else { return false }
            state.suspect = nil
            if let next { state.nextSuspects = next }
            return next == nil
        }
        if isOver { wakeup.wake() }
    }

    /// Finds out when a row is due that waits for its time or for the end of a lease.
    private func lookAhead(_ connection: PostgreSQLConnection) async throws(IntegrationError) {
        let next = try await connection.run(source.table.nextDue, timeout: session.timeout)
        let wait = next.text(0, 0).flatMap { Double($0) }.map { Duration.seconds($0) } ?? source.pollInterval
        // One that is due and can't be had is in somebody's transaction, or suspect.
        state.withLock { $0.nextDue = context.clock.now + max(wait, Self.shortestWait) }
    }

    /// A random UUID (RFC 9562, 5.4).
    private func newLease() -> String {
        var random = context.random
        let digits = Array("0123456789abcdef")
        var text = ""
        for place in 0..<32 {
            let nibble = Int(random.next() & 15)
            text.append(digits[place == 12 ? 4 : place == 16 ? 8 | nibble & 3 : nibble])
            if [7, 11, 15, 19].contains(place) { text.append("-") }
        }
        return text
    }

    /// Columns of a claim.
    private enum Column { static let id = 0, body = 1, headers = 2, receives = 3, suspects = 4, attempts = 5 }

    private func delivery(of rows: SQLResult, _ lease: String) -> Delivery {
        let ids = (0..<rows.count).map { rows.text($0, Column.id).flatMap { Int64($0) } ?? 0 }
        // What an update returns is in no order.
        let order = ids.indices.sorted { ids[$0] < ids[$1] }
        let batch = RowBatch(arena: context.arenas.take())
        var messages: [Message] = []
        var failures: [FailedMessage] = []
        for (origin, row) in order.enumerated() {
            let metadata = batch.metadata(headers: rows.text(row, Column.headers))
            let receives = rows.text(row, Column.receives).flatMap { Int32($0) } ?? 1
            let id = MessageID(seed: source.table.seed, position: UInt64(bitPattern: ids[row]))
            let body = rows.withBytes(row, Column.body) { batch.body($0) }
            guard let body else {
                failures.append(
                    FailedMessage(
                        message: Message(id: id, origin: origin, body: .empty, metadata: metadata),
                        error: RowBatch.tooLarge))
                continue
            }
            let message = Message(
                id: id, origin: origin, body: body, metadata: metadata,
                attempts: rows.text(row, Column.attempts).flatMap { Int32($0) } ?? 0, receiveCount: receives)
            let suspects = rows.text(row, Column.suspects).flatMap { Int($0) } ?? 0
            if suspects >= Self.poisonCount {
                failures.append(FailedMessage(message: message, error: poison(suspects)))
            } else {
                messages.append(message)
            }
        }
        let ticket = RowTicket(
            database: source.connection.database, table: source.table, lease: lease, ids: order.map { ids[$0] })
        state.withLock { $0.held[lease] = ticket }
        return Delivery(
            Batch(arena: batch.arena, messages: messages, failures: failures),
            tickets: [TicketRun(ticket, count: ticket.ids.count)]
        ) { [self] in settle(ticket, $0) }
    }

    private func poison(_ suspects: Int) -> IntegrationError {
        IntegrationError(
            .poisonMessage, "handed over alone \(suspects) times, each of which ended without a settlement",
            component: source.table.table.quoted)
    }

    private func settle(_ ticket: RowTicket, _ settlement: Settlement) {
        var entry = Settled(lease: ticket.lease)
        // Nothing is said of what others have by now, and of what went with its effects.
        if !ticket.lost.isSignalled {
            for (origin, id) in ticket.ids.enumerated() where !ticket.isSettled(id) {
                if case .released = settlement.outcome(of: origin) {
                    entry.released.append((id, ticket.postponement(of: id)))
                } else {
                    entry.accepted.append(id)
                }
            }
        }
        let settlesMore = !entry.accepted.isEmpty || !entry.released.isEmpty
        state.withLock { state in
            state.held[ticket.lease] = nil
            if settlesMore { state.settled.append(entry) }
        }
        if settlesMore { settled.wake() }
        forgetSuspect(ticket.lease)
    }

    // MARK: Leases

    /// Calls `body`, and keeps leases meanwhile; what was settled last has been told when this returns.
    func keepingLeases<R: Sendable>(_ body: () async throws -> R) async throws -> R {
        let result: Result<R, any Error> = await withTaskGroup(of: Void.self) { group in
            let end = ShutdownSignal()
            group.addTask { await self.keepLeases(until: end) }
            let result: Result<R, any Error>
            do {
                result = .success(try await body())
            } catch {
                // The keeper must not be cancelled by it: there may be something to tell.
                result = .failure(error)
            }
            end.signal()
            await group.waitForAll()
            return result
        }
        return try result.get()
    }

    /// Tells what was settled, all that has come together in one transaction, and extends leases at a third of their
    /// time; until `end` is given, and then once more.
    private func keepLeases(until end: ShutdownSignal) async {
        let interval = source.visibilityTimeout / 3
        var next = context.clock.now + interval
        var failures = 0
        var outage = OutageLog()
        while true {
            let seen = settled.count
            let isEnding = end.isSignalled
            // One may be allowed where the other is not.
            var failure = await attempt(tell)
            state.withLock { $0.untold = failure }
            if context.clock.now >= next {
                if let error = await attempt(extend) { failure = error } else { next = context.clock.now + interval }
            }
            if let failure {
                guard !Task.isCancelled else { return }
                if outage.failed(at: context.clock.now) {
                    context.logger.warning(
                        "leases can't be settled for now, and nothing more is taken from the queue",
                        metadata: [
                            "table": "\(source.table.table.quoted)", "code": "\(failure.code)",
                            "error": "\(failure.message)",
                        ])
                }
                failures += 1
                // Whoever comes later finds the rows when their leases have run out.
                if isEnding, failures > 3 || !failure.isRetryable { return }
                await pause(for: Self.pauseAfterFailure)
                continue
            }
            failures = 0
            if outage.worked() {
                context.logger.notice(
                    "leases can be settled again", metadata: ["table": "\(source.table.table.quoted)"])
            }
            // Nothing can be told any more once the task is cancelled: the leases run out, and others get the rows.
            if isEnding || Task.isCancelled { return }
            await wait(after: seen, until: next, end)
        }
    }

    private func attempt(_ body: () async throws(IntegrationError) -> Void) async -> IntegrationError? {
        do throws(IntegrationError) {
            try await body()
            return nil
        } catch {
            return error
        }
    }

    private func wait(after seen: Int, until deadline: Duration, _ end: ShutdownSignal) async {
        guard settled.count == seen else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [settled] in await settled.wait(after: seen) }
            group.addTask { await end.wait() }
            group.addTask { await self.sleep(until: deadline) }
            await group.next()
            group.cancelAll()
        }
    }

    private func pause(for duration: Duration) async { await sleep(until: context.clock.now + duration) }

    private func sleep(until deadline: Duration) async {
        do throws(CancellationError) { try await context.clock.sleep(until: deadline) } catch {}
    }

    private func tell() async throws(IntegrationError) {
        let entries = state.withLock { $0.settled }
        guard !entries.isEmpty else { return }
        var requests = [SQLRequest("begin")]
        var counts = [0]
        for entry in entries {
            if !entry.accepted.isEmpty {
                requests.append(source.table.accept(entry.lease, entry.accepted))
                counts.append(entry.accepted.count)
            }
            if !entry.released.isEmpty {
                requests.append(source.table.release(entry.lease, entry.released))
                counts.append(0)
            }
        }
        requests.append(SQLRequest("commit"))
        let sent = requests
        let outcomes = try await session.withConnection { connection async throws(IntegrationError) in
            let outcomes = try await connection.run(sent, timeout: session.timeout)
            if let failure = outcomes.lazy.compactMap(\.failure).first {
                throw failure.error(isPreparing: true)
            }
            return outcomes
        }
        state.withLock { $0.settled.removeFirst(entries.count) }
        let late = zip(outcomes, counts).reduce(0) { sum, pair in
            sum + pair.1 - min(pair.1, pair.0.result?.changed ?? 0)
        }
        if late > 0 {
            context.logger.warning(
                "rows were settled after their lease was lost: others have them now",
                metadata: ["table": "\(source.table.table.quoted)", "rows": "\(late)"])
        }
        if entries.contains(where: { !$0.released.isEmpty }) { wakeup.wake() }
    }

    private func extend() async throws(IntegrationError) {
        // What is settled and could not be told is kept from others as well.
        let (held, untold) = state.withLock { state in
            (state.held.filter { $0.value.holdsRows }, state.settled.map(\.lease))
        }
        guard !held.isEmpty || !untold.isEmpty else { return }
        let leases = Array(held.keys) + untold
        let result = try await session.run(source.table.extend(leases, by: source.visibilityTimeout))
        let kept = Set((0..<result.count).compactMap { result.text($0, 0) })
        // What a transaction settles meanwhile is not lost.
        let lost = state.withLock { $0.held }.filter { held[$0.key] != nil && !kept.contains($0.key) }.values
            .filter(\.holdsRows)
        guard !lost.isEmpty else { return }
        for ticket in lost { ticket.lost.signal() }
        context.logger.warning(
            "leases were lost: their work is cut off, and others have the rows",
            metadata: ["table": "\(source.table.table.quoted)", "deliveries": "\(lost.count)"])
    }
}
