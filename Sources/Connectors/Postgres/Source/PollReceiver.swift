internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationResilience
internal import Logging
internal import PostgreSQLClient

/// An open query: hands over rows in the order of their positions, and again those that were released.
actor PollReceiver: Receiver {
    /// How the query is asked, found out when it is first.
    private struct Form {
        let sql: String
        let writer: SQLRowWriter
        /// Columns of the query's own; behind them stand the position as a number and three more.
        let columns: [SQLResult.Column]
        static let extra = 4
    }

    private let source: PollSource
    private let session: PostgreSQLSession
    private let wakeup: Wakeup
    private let again = ReleasedRows()
    private var form: Form?
    /// Where to go on: as the database writes it, and as the end of what was handed over.
    private var position = ""
    private var isPlaced = false
    private var end: UInt64 = 0
    private var isPolling = false
    private var outage = OutageLog()
    private var waiting: [CheckedContinuation<Void, Never>] = []

    private static let pauseAfterFailure = Duration.seconds(1)

    init(_ source: PollSource, session: PostgreSQLSession, wakeup: Wakeup) {
        self.source = source
        self.session = session
        self.wakeup = wakeup
    }

    private var stream: String { String(source.query.seed, radix: 16) }

    func receive() async throws(IntegrationError) -> Delivery? {
        // One lane asks at a time, so that rows are handed out in order.
        while isPolling { await withCheckedContinuation { waiting.append($0) } }
        isPolling = true
        defer {
            isPolling = false
            if !waiting.isEmpty { waiting.removeFirst().resume() }
        }
        let context = session.context
        while !context.shutdown.isSignalled, !Task.isCancelled {
            let seen = wakeup.count
            let isEnding = context.ending.isSignalled
            let now = context.clock.now
            do throws(IntegrationError) {
                let rows = try await next()
                if outage.worked() { context.logger.notice("the query can be run again") }
                if !rows.isEmpty { return delivery(of: rows) }
            } catch {
                // Whatever it is may be mended: a right, a cast, a row that the query can't take.
                guard !Task.isCancelled else { throw error }
                form = nil
                if outage.failed(at: context.clock.now) {
                    context.logger.error(
                        "the query can't be run for now",
                        metadata: ["code": "\(error.code)", "error": "\(error.message)"])
                }
                guard await context.pause(for: Self.pauseAfterFailure) else { return nil }
                continue
            }
            if isEnding { return nil }
            await wakeup.waitForRows(after: seen, until: now + source.pollInterval, in: context)
        }
        return nil
    }

    // MARK: Rows

    private func next() async throws(IntegrationError) -> [PolledRow] {
        let released = again.take()
        guard released.isEmpty else { return released }
        let form: Form
        if let known = self.form {
            form = known
        } else {
            form = try await makeForm()
            self.form = form
        }
        let request = SQLRequest(form.sql, [position, "\(source.batchSize)"])
        let result = try await session.withConnection { connection throws(IntegrationError) in
            let result = try await connection.run(request, timeout: session.timeout)
            guard result.columns.starts(with: form.columns),
                result.columns.count == form.columns.count + Form.extra
            else {
                // The connection is given up for it, and with it what it knows of the query.
                throw IntegrationError(
                    .sqlAnswerInvalid, "the query gives other columns than before: it is described anew")
            }
            return result
        }
        return rows(result, form)
    }

    /// Finds out what the query gives, and where to go on.
    private func makeForm() async throws(IntegrationError) -> Form {
        let timeout = session.timeout
        let (form, types) = try await session.withConnection { connection async throws(IntegrationError) in
            let form = try await source.query.form(connection, timeout: timeout)
            return (form, try await connection.types(of: form.columns, timeout: timeout))
        }
        if !isPlaced {
            try await findPosition(form)
            isPlaced = true
        }
        return Form(sql: form.statement, writer: SQLRowWriter(form.columns, types), columns: form.columns)
    }

    /// Where the store says that everything before is settled, or else where the configuration says.
    private func findPosition(_ form: PollQuery.Form) async throws(IntegrationError) {
        position = source.start ?? PollQuery.beginning(of: form.position)
        guard let settled = try await session.context.positions?.completed(stream)?.first, settled.lowerBound == 0
        else { return }
        end = settled.upperBound
        let number = Self.number(of: end - 1)
        if let request = PollQuery.text(of: number, form.scale) {
            position = try await session.run(request).text(0, 0) ?? position
        } else {
            position = "\(number)"
        }
    }

    private func rows(_ result: SQLResult, _ form: Form) -> [PolledRow] {
        var rows: [PolledRow] = []
        var last: UInt64?
        var start = end
        var seen: [UInt64: UInt64] = [:]
        let seed = source.query.seed
        let column = form.columns.count
        let own = Array(form.columns.indices)
        for row in 0..<result.count {
            guard let number = result.text(row, column).flatMap({ Int64($0) }) else { continue }
            let place = Self.place(of: number)
            if place != last {
                start = end
                last = place
                end = place &+ 1
                seen.removeAll(keepingCapacity: true)
            }
            var out = OutputBuffer(capacity: 256)
            form.writer.write(result, row, columns: own, to: &out)
            let body = out.withBytes { Array($0) }
            let print = Fingerprint(body).value
            let repeats = seen[print, default: 0]
            seen[print] = repeats + 1
            rows.append(
                PolledRow(
                    id: MessageID(high: seed ^ (print &+ repeats), low: place), body: body,
                    range: min(start, place)..<end))
        }
        if let text = positionText(result) { position = text }
        return rows
    }

    /// The position of the last row, as the database writes it.
    private func positionText(_ result: SQLResult) -> String? {
        guard result.count > 0, let column = result.column(named: source.query.positionName) else { return nil }
        return result.text(result.count - 1, column)
    }

    /// Positions in the order of a stream, which begins at 0.
    private static func place(of number: Int64) -> UInt64 {
        min(UInt64(bitPattern: number) ^ (1 << 63), .max - 1)
    }

    private static func number(of place: UInt64) -> Int64 { Int64(bitPattern: place ^ (1 << 63)) }

    // MARK: Deliveries

    private func delivery(of rows: [PolledRow]) -> Delivery {
        let batch = RowBatch(arena: session.context.arenas.take())
        var messages: [Message] = []
        var failures: [FailedMessage] = []
        for (origin, row) in rows.enumerated() {
            if let body = row.body.withUnsafeBufferPointer({ batch.body($0) }) {
                messages.append(Message(id: row.id, origin: origin, body: body))
            } else {
                failures.append(
                    FailedMessage(
                        message: Message(id: row.id, origin: origin, body: .empty), error: RowBatch.tooLarge))
            }
        }
        let ticket = PositionTicket(stream: stream, records: rows.map(\.range))
        let tickets = session.context.positions == nil ? [] : [TicketRun(ticket, count: rows.count)]
        return Delivery(Batch(arena: batch.arena, messages: messages, failures: failures), tickets: tickets) {
            [again, wakeup] settlement in
            guard !settlement.isAccepted else { return }
            let released = rows.enumerated().filter { origin, _ in
                if case .released = settlement.outcome(of: origin) { true } else { false }
            }
            guard !released.isEmpty else { return }
            again.add(released.map(\.element))
            wakeup.wake()
        }
    }
}
