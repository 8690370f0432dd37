internal import IntegrationCore
internal import IntegrationDocument
internal import PostgreSQLClient

/// Writes the messages of a batch in one transaction, and finds those that the database refuses.
///
/// All is sent at once. Where a statement fails, the pipeline tells which; what was good before it is done again behind a
/// savepoint, and the rest goes on without it. A statement of many rows that fails is taken apart into single ones. So a
/// row is run at most three times, however many are refused.
///
/// Messages whose rows of a queue table are in the same database leave it in the same transaction; those whose lease was
/// lost have no effect, because others have them, or had it already when the answer to COMMIT was cut off.
struct BatchWriter {
    let target: RowTarget
    let connection: PostgreSQLConnection
    let timeout: Duration
    let inbox: Inbox?
    let held: HeldRows?

    private(set) var report = SendReport()
    private var rows = SQLParameters.none
    /// Index in the batch of each row.
    private var indices: [Int] = []
    private var ids: [MessageID] = []
    private var hasParameters = true

    init(target: RowTarget, connection: PostgreSQLConnection, timeout: Duration, inbox: Inbox?, held: HeldRows?) {
        self.target = target
        self.connection = connection
        self.timeout = timeout
        self.inbox = inbox
        self.held = held
    }

    /// Rows from which on COPY is worth its round trips.
    private static let copyThreshold = 50

    mutating func write(_ batch: Batch, _ form: RowForm, _ context: FlowContext) async throws(IntegrationError) {
        rows = SQLParameters(width: form.width)
        hasParameters = !form.isEmpty
        for index in batch.messages.indices {
            var input = TextInput(message: batch.messages[index], arena: batch.arena, context: context)
            do throws(IntegrationError) {
                try form.append(&input, to: &rows)
                indices.append(index)
                ids.append(batch.messages[index].id)
            } catch {
                report.refused.append((index, error))
            }
        }
        try await commit(indices.indices)
        report.refused.sort { $0.index < $1.index }
    }

    /// Writes some rows in a transaction of their own.
    private mutating func commit(_ all: Range<Int>) async throws(IntegrationError) {
        guard !all.isEmpty else { return }
        var leases = held?.leases(of: all.map { indices[$0] }) ?? []
        for lease in leases { lease.ticket.begin() }
        var isCommitted = false
        defer { for lease in leases { lease.ticket.end(settled: isCommitted ? Array(lease.ids.values) : []) } }
        var fresh = Array(all)
        let isBegun = inbox != nil || !leases.isEmpty
        if isBegun { fresh = try await begin(all, &leases) }
        if let copy = copyStatement(for: fresh) {
            if try await self.copy(copy, fresh) {
                // It was a transaction of its own where none was begun.
                guard isBegun else { return }
                fresh = []
            } else if isBegun {
                _ = try await run([Self.goBack])
            }
        }
        isCommitted = try await pipeline(fresh, of: all, &leases, isBegun: isBegun)
    }

    private static let goBack = SQLRequest("rollback to savepoint s")
    private static let save = SQLRequest("savepoint s")

    /// Begins a transaction, with a savepoint where rows may go in bulk; gives the rows that are to have an effect, and
    /// leaves of `leases` what is held.
    private func begin(_ all: Range<Int>, _ leases: inout [HeldRows.Lease]) async throws(IntegrationError) -> [Int] {
        // What may have to be run in a transaction that has failed, where nothing can be prepared any more.
        let later = leases.map(\.accept.sql) + (inbox.map { [$0.releaseStatement] } ?? [])
        try await connection.keep(Set(later), timeout: timeout)
        // What it holds is not to be kept from others for as long as the network likes, where we stand still meanwhile.
        let patience = "set local idle_in_transaction_session_timeout = \(timeout.milliseconds)"
        let beginning = [SQLRequest("begin"), SQLRequest(patience)]
        let saving = copyStatement(for: Array(all)) == nil ? [] : [Self.save]
        var outcomes: [SQLOutcome] = []
        var fresh = Array(all)
        if !leases.isEmpty {
            outcomes = try await run(beginning + leases.map(\.hold) + (inbox == nil ? saving : []))
            for index in leases.indices {
                let held = try Self.texts(outcomes[beginning.count + index])
                let lost = Set(leases[index].ids.filter { !held.contains("\($0.value)") }.keys)
                for message in lost { leases[index].ids[message] = nil }
                fresh.removeAll { lost.contains(indices[$0]) }
            }
        }
        guard let inbox else { return fresh }
        // Only of what is held: an id that is noted without its effect would have none ever after.
        let claim = inbox.claim(fresh.map { ids[$0] })
        let before = leases.isEmpty ? beginning : []
        outcomes = try await run(before + [claim] + saving)
        let known = try Self.texts(outcomes[before.count])
        // The first of several with one id has the effect.
        var seen: Set<String> = []
        return fresh.filter { row in
            let id = ids[row].description
            return known.contains(id) && seen.insert(id).inserted
        }
    }

    private func copyStatement(for rows: [Int]) -> String? {
        guard case .table(let table) = target, rows.count >= Self.copyThreshold else { return nil }
        return table.copy
    }

    /// - Returns: whether the rows were stored; otherwise one of them is to blame.
    private func copy(_ statement: String, _ chosen: [Int]) async throws(IntegrationError) -> Bool {
        let outcome = try await connection.copy(statement, rows.copyText(chosen), timeout: timeout)
        guard let failure = outcome.failure else { return true }
        let error = failure.error()
        guard error.code == .sqlRefused else { throw error }
        return false
    }

    // MARK: The pipeline

    /// Rows that one statement writes, one behind the other.
    private typealias Unit = Range<Int>

    /// - Returns: whether it was committed; otherwise its halves were, each by itself.
    private mutating func pipeline(
        _ fresh: [Int], of all: Range<Int>, _ leases: inout [HeldRows.Lease], isBegun: Bool
    ) async throws(IntegrationError) -> Bool {
        var refused: [(row: Int, error: IntegrationError)] = []
        var good: [Unit] = []
        var rest = units(of: fresh)
        var isBegun = isBegun
        var isSaved = false
        while true {
            var requests: [SQLRequest] = []
            var subjects: [Int?] = []
            func add(_ request: SQLRequest, _ subject: Int? = nil) {
                requests.append(request)
                subjects.append(subject)
            }
            if !isBegun { add(SQLRequest("begin")) }
            add(isSaved ? Self.goBack : Self.save)
            for unit in good { add(request(unit)) }
            if !good.isEmpty { add(Self.save) }
            for (place, unit) in rest.enumerated() { add(request(unit), place) }
            if let inbox, !refused.isEmpty { add(inbox.release(refused.map { ids[$0.row] })) }
            for lease in leases where !lease.ids.isEmpty { add(lease.accept) }
            add(SQLRequest("commit"))
            let outcomes = try await run(requests)
            isBegun = true
            isSaved = true
            guard let failed = outcomes.firstIndex(where: { $0.failure != nil }), let failure = outcomes[failed].failure
            else {
                report.refused += refused.map { (indices[$0.row], $0.error) }
                return true
            }
            let error = failure.error()
            guard error.code == .sqlRefused || failure.state == "21000" else { throw error }
            guard let place = subjects[failed] else {
                // A constraint that is checked at the end.
                try await halve(all, error)
                return false
            }
            // The server is where it was at the last savepoint, and in all that stood before it.
            good = Array(rest[..<place])
            let unit = rest[place]
            rest = Array(rest[(place + 1)...])
            if unit.count > 1 {
                rest = unit.map { $0..<$0 + 1 } + rest
            } else {
                refused.append((unit.lowerBound, error))
                // It stays in its queue until it is in the dead letters.
                for index in leases.indices { leases[index].ids[indices[unit.lowerBound]] = nil }
            }
        }
    }

    /// Each half in a transaction of its own, because nobody knows which row it is.
    private mutating func halve(_ all: Range<Int>, _ error: IntegrationError) async throws(IntegrationError) {
        // What failed at COMMIT is rolled back already, but for the transaction that a pipeline may have left.
        try await connection.reset(timeout: timeout)
        guard all.count > 1 else {
            report.refused.append((indices[all.lowerBound], error))
            return
        }
        let middle = all.lowerBound + all.count / 2
        try await commit(all.lowerBound..<middle)
        try await commit(middle..<all.upperBound)
    }

    private func units(of fresh: [Int]) -> [Unit] {
        guard case .table(let table) = target else { return fresh.map { $0..<$0 + 1 } }
        var units: [Unit] = []
        var at = 0
        while at < fresh.count {
            // Rows that stand one behind the other.
            var end = at + 1
            while end < fresh.count, fresh[end] == fresh[end - 1] + 1 { end += 1 }
            while at < end {
                let size = table.chunk(of: end - at)
                units.append(fresh[at]..<fresh[at] + size)
                at += size
            }
        }
        return units
    }

    private func request(_ unit: Unit) -> SQLRequest {
        guard hasParameters else { return SQLRequest(target.single) }
        guard case .table(let table) = target else { return SQLRequest(target.single, rows, rows: unit) }
        return SQLRequest(unit.count == 1 ? table.single : table.insert(rows: unit.count), rows, rows: unit)
    }

    private func run(_ requests: [SQLRequest]) async throws(IntegrationError) -> [SQLOutcome] {
        try await connection.run(requests, timeout: timeout)
    }

    /// The first column of what a statement gives.
    private static func texts(_ outcome: SQLOutcome) throws(IntegrationError) -> Set<String> {
        switch outcome {
        case .done(let result): return Set((0..<result.count).compactMap { result.text($0, 0) })
        case .failed(let failure): throw failure.error()
        case .skipped: throw IntegrationError(.sqlServerFailed, "a transaction can't be begun")
        }
    }
}
