internal import CLibPQ
public import IntegrationCore

extension PostgreSQLConnection {
    /// What a statement takes and gives; types that somebody made in the database are looked up. It may have to be prepared
    /// once more when it is run: see `keep`.
    ///
    /// - Throws: `sqlStatementInvalid`.
    public nonisolated func describe(
        _ sql: String, timeout: Duration
    ) async throws(IntegrationError) -> SQLDescription {
        if let description = known.description(of: sql) { return description }
        return try await interruptible { connection throws(IntegrationError) in
            let deadline = ContinuousClock.now + timeout
            let description = try connection.prepare(sql, until: deadline).description
            try connection.learn(description.parameters, until: deadline)
            connection.known.keep(description, of: sql)
            return description
        }
    }

    /// Prepares statements that stay so, for those who run them in a transaction that has failed, where nothing can be
    /// prepared any more.
    ///
    /// - Throws: `sqlStatementInvalid`.
    public nonisolated func keep(_ statements: Set<String>, timeout: Duration) async throws(IntegrationError) {
        guard !known.areKept(statements) else { return }
        try await interruptible { connection throws(IntegrationError) in
            let deadline = ContinuousClock.now + timeout
            for sql in statements {
                _ = try connection.prepare(sql, until: deadline)
                if connection.statements.keep(sql) { connection.known.note(kept: sql) }
            }
        }
    }

    /// Finds out whether a statement takes values of other types by now than when it was prepared, as after a change of a
    /// column's type; everything is then prepared anew when it is used next.
    public nonisolated func isOutdated(_ sql: String, timeout: Duration) async throws(IntegrationError) -> Bool {
        try await interruptible { connection throws(IntegrationError) in
            let deadline = ContinuousClock.now + timeout
            guard let old = connection.statements.entry(sql) else { return false }
            connection.statements.remove(sql)
            let new = try connection.prepare(sql, until: deadline)
            _ = try connection.single("deallocate \(old.name)", until: deadline)
            guard new.description.parameters != old.description.parameters else { return false }
            _ = try connection.single("deallocate all", until: deadline)
            connection.statements = StatementCache()
            connection.known.forgetStatements()
            return true
        }
    }

    /// Has the server plan a statement, and check our right to run it, without running it.
    ///
    /// - Throws: `sqlStatementInvalid`, also where there is no index for `on conflict`.
    public nonisolated func plan(_ sql: String, timeout: Duration) async throws(IntegrationError) {
        try await interruptible { connection throws(IntegrationError) in
            let deadline = ContinuousClock.now + timeout
            let entry = try connection.prepare(sql, until: deadline)
            let values = entry.description.parameters.map { _ in "null" }.joined(separator: ", ")
            let request = "explain execute \(entry.name)" + (values.isEmpty ? "" : "(\(values))")
            if let failure = try connection.single(request, until: deadline).failure {
                throw failure.error(isPreparing: true)
            }
        }
    }

    /// What is known of types, with those that these columns have.
    public nonisolated func types(
        of columns: [SQLResult.Column], timeout: Duration
    ) async throws(IntegrationError) -> SQLTypes {
        let known = known.types
        if columns.allSatisfy({ known.knows($0.type) }) { return known }
        return try await interruptible { connection throws(IntegrationError) in
            try connection.learn(columns.map(\.type), until: .now + timeout)
            return connection.known.types
        }
    }

    private func learn(_ wanted: [SQLTypeID], until deadline: ContinuousClock.Instant) throws(IntegrationError) {
        var types = known.types
        var unknown = wanted.filter { !types.knows($0) }
        guard !unknown.isEmpty else { return }
        defer { known.keep(types) }
        var rounds = 0
        while !unknown.isEmpty, rounds < 16 {
            rounds += 1
            let numbers = "{" + Set(unknown).map { "\($0.number)" }.joined(separator: ",") + "}"
            let request = SQLRequest(SQLTypes.query, [numbers])
            let names = [SQLTypes.query: try prepare(SQLTypes.query, until: deadline).name]
            guard case .done(let result) = try send([request], names, until: deadline)[0] else { return }
            unknown = types.learn(result)
        }
    }

    // MARK: Preparing

    /// Prepares a statement and has it described, where that has not been done yet.
    func prepare(
        _ sql: String, until deadline: ContinuousClock.Instant
    ) throws(IntegrationError) -> StatementCache.Entry {
        if let known = statements.entry(sql) { return known }
        let pointer = try open()
        let name = statements.nextName()
        try piped(pointer) {
            PQsendPrepare(pointer, name, sql, 0, nil) == 1 && PQsendDescribePrepared(pointer, name) == 1
        }
        let prepared = try nextOutcome(pointer, until: deadline)
        var description = SQLDescription(parameters: [], columns: [])
        let described = try nextOutcome(pointer, until: deadline) { result in
            description = SQLDescription(
                parameters: (0..<PQnparams(result)).map { SQLTypeID(PQparamtype(result, $0)) },
                columns: SQLResult.columns(of: result))
        }
        try leavePipeline(pointer, until: deadline)
        if let failure = prepared.failure ?? described.failure { throw failure.error(isPreparing: true) }
        known.forget(sql)
        if let old = statements.add(sql, name: name, description) {
            _ = try single("deallocate \(old)", until: deadline)
        }
        guard let entry = statements.entry(sql) else {
            throw IntegrationError(.sqlServerFailed, "the statement was not kept")
        }
        return entry
    }
}
