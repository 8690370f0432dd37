internal import IntegrationCore
internal import PostgreSQLClient

extension PostgresConnection {
    /// Lends a connection to a check.
    func checking(
        in context: FlowContext,
        _ body: (PostgreSQLConnection, PostgreSQLSession) async throws(IntegrationError) -> String
    ) async throws(IntegrationError) -> String {
        do {
            return try await database.open(in: context) { session in
                try await session.withConnection { connection async throws(IntegrationError) in
                    try await body(connection, session)
                }
            }
        } catch {
            throw error as? IntegrationError ?? IntegrationError(.noConnection, "\(error)")
        }
    }
}

extension PostgreSQLConnection {
    /// What types are called, after the names of whatever has them: `id bigint, doc jsonb`.
    fileprivate func list(
        _ names: [String], _ types: [SQLTypeID], timeout: Duration
    ) async throws(IntegrationError) -> String {
        let query = """
            select format_type(t, null) from unnest($1::oid[]) with ordinality u(t, n) order by n
            """
        let numbers = "{" + types.map { "\($0.number)" }.joined(separator: ",") + "}"
        let found = try await run(SQLRequest(query, [numbers]), timeout: timeout)
        return names.enumerated().map { "\($0.element) \(found.text($0.offset, 0) ?? "")" }.joined(separator: ", ")
    }
}

extension RowForm {
    /// The parameters with their types.
    func words(
        _ connection: PostgreSQLConnection, timeout: Duration, names: [String]? = nil
    ) async throws(IntegrationError) -> String {
        guard !isEmpty else { return "no values" }
        return try await connection.list(
            names ?? parameters.indices.map { "$\($0 + 1)" }, parameters, timeout: timeout)
    }
}

extension PostgresDestination: EndpointCheck {
    func check(in context: FlowContext) async throws(IntegrationError) -> String {
        try await connection.checking(in: context) { open, session throws(IntegrationError) in
            let form = try await RowForm(of: target.single, arguments: arguments, open, session)
            try await open.plan(target.single, timeout: session.timeout)
            var words: String
            switch target {
            case .statement:
                words = "the statement takes \(try await form.words(open, timeout: session.timeout))"
            case .table(let table):
                let columns = table.columns.map { $0.parts.joined(separator: ".") }
                words =
                    "the table \(table.table.parts.joined(separator: ".")) takes "
                    + (try await form.words(open, timeout: session.timeout, names: columns))
            }
            if let inbox {
                let inbox = Inbox(inbox)
                words +=
                    "; the inbox is "
                    + (try await OwnTable.check(
                        SQLName("integration_inbox"), [inbox.claim([]).sql, inbox.releaseStatement], open,
                        timeout: session.timeout))
            }
            return words
        }
    }
}

extension PostgresLookup: EndpointCheck {
    func check(in context: FlowContext) async throws(IntegrationError) -> String {
        try await connection.checking(in: context) { open, session throws(IntegrationError) in
            let form = try await RowForm(of: statement, arguments: arguments, open, session)
            let columns = try await open.describe(statement, timeout: session.timeout).columns
            if let key, !columns.contains(where: { $0.name == key }) {
                throw .missing(column: key, option: "key", of: columns)
            }
            try await open.plan(statement, timeout: session.timeout)
            let given = try await open.list(columns.map(\.name), columns.map(\.type), timeout: session.timeout)
            return "the query gives \(given) for \(try await form.words(open, timeout: session.timeout))"
        }
    }
}

extension PollSource: EndpointCheck {
    func check(in context: FlowContext) async throws(IntegrationError) -> String {
        try await connection.checking(in: context) { open, session throws(IntegrationError) in
            let form = try await query.form(open, timeout: session.timeout)
            try await open.plan(form.statement, timeout: session.timeout)
            let given = try await open.list(
                form.columns.map(\.name), form.columns.map(\.type), timeout: session.timeout)
            return "the query gives \(given), by \(query.positionName)"
        }
    }
}

extension QueueTableSource: EndpointCheck {
    func check(in context: FlowContext) async throws(IntegrationError) -> String {
        try await connection.checking(in: context) { open, session throws(IntegrationError) in
            let lease = "00000000-0000-0000-0000-000000000000"
            let statements = [
                table.claim(lease, for: .zero, count: 1), table.accept(lease, []), table.release(lease, []),
            ]
            return "the queue is "
                + (try await OwnTable.check(table.table, statements.map(\.sql), open, timeout: session.timeout))
        }
    }
}
