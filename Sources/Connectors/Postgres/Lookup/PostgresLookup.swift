internal import IntegrationCore
internal import IntegrationDocument
internal import PostgreSQLClient

/// Asks a database for rows by their keys.
struct PostgresLookup: Lookup {
    let connection: PostgresConnection
    let statement: String
    /// The statement, which ends behind as many rows as may be used.
    let query: String
    let arguments: Arguments
    /// The column that holds a row's key, where one query asks for many; nil: a query for each key.
    let key: String?
    /// Whether the answer is one row, or all of them.
    let isSingle: Bool
    let maximumRows: Int

    /// Rows that an answer may be made of, and one more, which shows that there are too many.
    var mostRows: Int { Self.mostRows(isSingle: isSingle, byKey: key != nil, maximumRows) }

    static func mostRows(isSingle: Bool, byKey: Bool, _ maximum: Int) -> Int {
        isSingle && !byKey ? 2 : maximum + 1
    }

    func withFinder<R: Sendable>(
        in context: FlowContext, _ body: (any Finder) async throws -> R
    ) async throws -> R {
        try await connection.database.open(in: context) { session in
            try await body(PostgresFinder(lookup: self, session: session))
        }
    }
}

/// An open lookup.
struct PostgresFinder: Finder {
    let lookup: PostgresLookup
    let session: PostgreSQLSession
    private let matcher = KeyMatcher()

    init(lookup: PostgresLookup, session: PostgreSQLSession) {
        self.lookup = lookup
        self.session = session
    }

    var endsWhenCancelled: Bool { true }

    func find(_ keys: [LookupKey]) async throws(IntegrationError) -> [LookupAnswer] {
        guard !keys.isEmpty else { return [] }
        return try await session.withConnection { connection async throws(IntegrationError) in
            let form = try await RowForm(of: lookup.query, arguments: lookup.arguments, connection, session)
            let answers =
                if let column = lookup.key {
                    try await together(keys, column, form, connection)
                } else {
                    try await each(keys, form, connection)
                }
            let isAboutTypes = answers.contains {
                if case .failed(let error) = $0 { error.isAboutTypes } else { false }
            }
            guard isAboutTypes,
                let outdated = await connection.outdated(lookup.query, timeout: session.timeout)
            else { return answers }
            throw outdated
        }
    }

    /// Rows that the queries which are sent at once may give together, where a few keys don't give more.
    private static let mostRows = 200_000

    /// A query for each key, many sent at once; each stands alone.
    private func each(
        _ keys: [LookupKey], _ form: RowForm, _ connection: PostgreSQLConnection
    ) async throws(IntegrationError) -> [LookupAnswer] {
        var answers = [LookupAnswer](repeating: .missing, count: keys.count)
        var rows = SQLParameters(width: form.width)
        var asked: [Int] = []
        for (index, key) in keys.enumerated() {
            do throws(IntegrationError) {
                try append([key], form, to: &rows)
                asked.append(index)
            } catch {
                answers[index] = .failed(error)
            }
        }
        var next = 0
        var writer: SQLRowWriter?
        while next < asked.count {
            // Their rows are all in memory at once.
            let end = min(asked.count, next + max(16, Self.mostRows / lookup.mostRows))
            let requests = (next..<end).map { row in
                form.isEmpty ? SQLRequest(lookup.query) : SQLRequest(lookup.query, rows, row: row)
            }
            let outcomes = try await connection.run(requests, timeout: session.timeout)
            // Behind a key that the database refuses the others are asked for again.
            let start = next
            outcomes: for outcome in outcomes {
                switch outcome {
                case .done(let result):
                    // All have the same columns.
                    if writer == nil { writer = try await makeWriter(result, connection) }
                    if let writer { answers[asked[next]] = try answer(result, Array(0..<result.count), writer) }
                case .failed(let failure):
                    let error = failure.error()
                    guard error.code == .sqlRefused else { throw error }
                    answers[asked[next]] = .failed(error)
                case .skipped: break outcomes
                }
                next += 1
            }
            guard next > start else {
                throw IntegrationError(.sqlServerFailed, "the database skipped a query and did not say why")
            }
        }
        return answers
    }

    /// One query for all keys; where one of them is no value of the column's type, the halves tell which.
    private func together(
        _ keys: [LookupKey], _ column: String, _ form: RowForm, _ connection: PostgreSQLConnection
    ) async throws(IntegrationError) -> [LookupAnswer] {
        var rows = SQLParameters(width: form.width)
        let failure: IntegrationError
        do throws(IntegrationError) {
            try append(keys, form, to: &rows)
            let outcomes = try await connection.run([SQLRequest(lookup.query, rows)], timeout: session.timeout)
            if let refusal = outcomes[0].failure { throw refusal.error() }
            guard let result = outcomes[0].result else {
                throw IntegrationError(.sqlServerFailed, "the database skipped a query and did not say why")
            }
            return try await answers(keys, result, column, connection)
        } catch {
            failure = error
        }
        guard failure.code == .sqlRefused || failure.code == .sqlValueInvalid else { throw failure }
        guard keys.count > 1 else { return [.failed(failure)] }
        let middle = keys.count / 2
        let first = try await together(Array(keys[..<middle]), column, form, connection)
        return first + (try await together(Array(keys[middle...]), column, form, connection))
    }

    private func append(
        _ keys: [LookupKey], _ form: RowForm, to rows: inout SQLParameters
    ) throws(IntegrationError) {
        let arena = session.context.arenas.take()
        defer { session.context.arenas.give(arena) }
        var input = TextInput(keys: keys, arena: arena, context: session.context)
        try form.append(&input, to: &rows)
    }

    /// Deals the rows of one query out to the keys.
    private func answers(
        _ keys: [LookupKey], _ result: SQLResult, _ column: String, _ connection: PostgreSQLConnection
    ) async throws(IntegrationError) -> [LookupAnswer] {
        guard let place = result.column(named: column) else {
            throw .missing(column: column, option: "key", of: result.columns)
        }
        let writer = try await makeWriter(result, connection)
        let rows = try await matcher.rows(of: keys, in: result, place, connection, timeout: session.timeout)
        var answers: [LookupAnswer] = []
        for rows in rows { answers.append(try answer(result, rows, writer)) }
        return answers
    }

    private func makeWriter(
        _ result: SQLResult, _ connection: PostgreSQLConnection
    ) async throws(IntegrationError) -> SQLRowWriter {
        SQLRowWriter(result.columns, try await connection.types(of: result.columns, timeout: session.timeout))
    }

    private func answer(
        _ result: SQLResult, _ rows: [Int], _ writer: SQLRowWriter
    ) throws(IntegrationError) -> LookupAnswer {
        guard result.count <= lookup.maximumRows else {
            throw IntegrationError(
                .sqlAnswerInvalid, "the query gives more rows than it may: `max_rows` is \(lookup.maximumRows)")
        }
        guard let first = rows.first else { return .missing }
        if lookup.isSingle, rows.count > 1 {
            return .failed(
                IntegrationError(
                    .sqlRefused, "the query gave several rows for one key",
                    remedy: "Make the query give one, or write `single: false` for all of them."))
        }
        var out = OutputBuffer()
        if lookup.isSingle {
            writer.write(result, first, to: &out)
        } else {
            out.append("{\"rows\":[")
            for (number, row) in rows.enumerated() {
                if number > 0 { out.append(UInt8(ascii: ",")) }
                writer.write(result, row, to: &out)
            }
            out.append("]}")
        }
        do {
            return .found(try out.withBytes { bytes throws(ParseError) in try Document(bytes, policy: .lenient) })
        } catch {
            return .failed(
                IntegrationError(.sqlAnswerInvalid, "a row can't be a document", causes: [error.reason.rawValue]))
        }
    }
}
