internal import IntegrationCore
internal import IntegrationDocument
internal import PostgreSQLClient

/// Writes the messages of a batch in one transaction, and finds those that the database refuses.
///
/// All is sent at once. Where a statement fails, the pipeline tells which; what was good before it is done again behind a
/// savepoint, and the rest goes on without it. A statement of many rows that fails is taken apart into single ones. So a
/// row is run at most three times, however many are refused.
struct BatchWriter {
    let target: RowTarget
    let connection: PostgreSQLConnection
    let timeout: Duration
    let inbox: Inbox?

    private(set) var report = SendReport()
    private var rows = SQLParameters.none
    /// Index in the batch of each row.
    private var indices: [Int] = []
    private var ids: [MessageID] = []
    private var hasParameters = true

    init(target: RowTarget, connection: PostgreSQLConnection, timeout: Duration, inbox: Inbox?) {
        self.target = target
        self.connection = connection
        self.timeout = timeout
        self.inbox = inbox
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
        var fresh = Array(all)
        if let inbox {
            _ = try await connection.describe(inbox.releaseStatement, timeout: timeout)
            let begun = try await run([SQLRequest("begin"), inbox.claim(all.map { ids[$0] })])
            let claimed = try Self.result(begun[1])
            let known = Set((0..<claimed.count).compactMap { claimed.text($0, 0) })
            // The first of several with one id has the effect.
            var seen: Set<String> = []
            fresh = fresh.filter { row in
                let id = ids[row].description
                return known.contains(id) && seen.insert(id).inserted
            }
        } else if let copy = copyStatement(for: all) {
            if try await self.copy(copy, all) { return }
        }
        try await pipeline(fresh, of: all)
    }

    private func copyStatement(for all: Range<Int>) -> String? {
        guard case .table(let table) = target, all.count >= Self.copyThreshold else { return nil }
        return table.copy
    }

    /// - Returns: whether the rows were stored; otherwise one of them is to blame.
    private func copy(_ statement: String, _ all: Range<Int>) async throws(IntegrationError) -> Bool {
        let outcome = try await connection.copy(statement, rows.copyText(all), timeout: timeout)
        guard let failure = outcome.failure else { return true }
        let error = failure.error()
        guard error.code == .sqlRefused else { throw error }
        return false
    }

    // MARK: The pipeline

    /// Rows that one statement writes, one behind the other.
    private typealias Unit = Range<Int>

    private mutating func pipeline(_ fresh: [Int], of all: Range<Int>) async throws(IntegrationError) {
        var refused: [(row: Int, error: IntegrationError)] = []
        var good: [Unit] = []
        var rest = units(of: fresh)
        var isBegun = inbox != nil
        var isSaved = false
        while true {
            var requests: [SQLRequest] = []
            var subjects: [Int?] = []
            func add(_ request: SQLRequest, _ subject: Int? = nil) {
                requests.append(request)
                subjects.append(subject)
            }
            if !isBegun { add(SQLRequest("begin")) }
            add(SQLRequest(isSaved ? "rollback to savepoint s" : "savepoint s"))
            for unit in good { add(request(unit)) }
            if !good.isEmpty { add(SQLRequest("savepoint s")) }
            for (place, unit) in rest.enumerated() { add(request(unit), place) }
            if let inbox, !refused.isEmpty { add(inbox.release(refused.map { ids[$0.row] })) }
            add(SQLRequest("commit"))
            let outcomes = try await run(requests)
            isBegun = true
            isSaved = true
            guard let failed = outcomes.firstIndex(where: { $0.failure != nil }), let failure = outcomes[failed].failure
            else {
                report.refused += refused.map { (indices[$0.row], $0.error) }
                return
            }
            let error = failure.error()
            guard error.code == .sqlRefused || failure.state == "21000" else { throw error }
            guard let place = subjects[failed] else {
                // A constraint that is checked at the end.
                return try await halve(all, error)
            }
            // The server is where it was at the last savepoint, and in all that stood before it.
            good = Array(rest[..<place])
            let unit = rest[place]
            rest = Array(rest[(place + 1)...])
            if unit.count > 1 {
                rest = unit.map { $0..<$0 + 1 } + rest
            } else {
                refused.append((unit.lowerBound, error))
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
        return SQLRequest(table.insert(rows: unit.count), rows, rows: unit)
    }

    private func run(_ requests: [SQLRequest]) async throws(IntegrationError) -> [SQLOutcome] {
        try await connection.run(requests, timeout: timeout)
    }

    private static func result(_ outcome: SQLOutcome) throws(IntegrationError) -> SQLResult {
        switch outcome {
        case .done(let result): return result
        case .failed(let failure): throw failure.error()
        case .skipped: throw IntegrationError(.sqlServerFailed, "a transaction can't be begun")
        }
    }
}
