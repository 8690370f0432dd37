internal import CLibPQ
internal import Glibc
public import IntegrationCore

extension PostgreSQLConnection {
    /// Runs statements one after another, all sent at once (PostgreSQL, 34.5): the first that fails skips the rest.
    ///
    /// Without a `begin` among them they are one transaction.
    ///
    /// - Parameter timeout: for all of them together.
    /// - Returns: what became of each.
    /// - Throws: `sqlStatementInvalid` where one can't be prepared (nothing was run then), `answerTimedOut`,
    ///   `connectionCut`, and what else ends the connection.
    public nonisolated func run(
        _ requests: [SQLRequest], timeout: Duration
    ) async throws(IntegrationError) -> [SQLOutcome] {
        try await interruptible { connection throws(IntegrationError) in
            let deadline = ContinuousClock.now + timeout
            var names: [String: String] = [:]
            for request in requests where request.isPrepared && names[request.sql] == nil {
                names[request.sql] = try connection.prepare(request.sql, until: deadline).name
            }
            return try connection.send(requests, names, until: deadline)
        }
    }

    /// Runs one statement that is about no message.
    ///
    /// - Throws: what the server has against it, too: `sqlStatementInvalid` where it is nothing that passes by itself.
    public nonisolated func run(
        _ request: SQLRequest, timeout: Duration
    ) async throws(IntegrationError) -> SQLResult {
        switch try await run([request], timeout: timeout)[0] {
        case .done(let result): return result
        case .failed(let failure): throw failure.error(isPreparing: true)
        case .skipped: throw IntegrationError(.connectionCut, "the statement was not run")
        }
    }

    /// What a statement takes and gives; types that somebody made in the database are looked up.
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
    private func prepare(
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

    // MARK: Sending

    private func send(
        _ requests: [SQLRequest], _ names: [String: String], until deadline: ContinuousClock.Instant
    ) throws(IntegrationError) -> [SQLOutcome] {
        guard !requests.isEmpty else { return [] }
        let pointer = try open()
        try piped(pointer) {
            for request in requests {
                guard let name = names[request.sql], request.isPrepared else {
                    guard PQsendQueryParams(pointer, request.sql, 0, nil, nil, nil, nil, 0) == 1 else { return false }
                    continue
                }
                let count = Int32(request.rows.count * request.parameters.width)
                let isSent = request.parameters.withPointers(request.rows) {
                    PQsendQueryPrepared(pointer, name, count, $0, nil, nil, 0) == 1
                }
                guard isSent else { return false }
            }
            return true
        }
        var outcomes: [SQLOutcome] = []
        outcomes.reserveCapacity(requests.count)
        for request in requests {
            let outcome = try nextOutcome(pointer, until: deadline)
            // What was prepared does not hold any more: it is prepared anew at the next try.
            if let failure = outcome.failure, ["26000", "0A000"].contains(failure.state) {
                statements.remove(request.sql)
                known.forget(request.sql)
            }
            outcomes.append(outcome)
        }
        try leavePipeline(pointer, until: deadline)
        return outcomes
    }

    /// Sends something in pipeline mode, up to and with its synchronization point.
    private func piped(_ pointer: OpaquePointer, _ body: () -> Bool) throws(IntegrationError) {
        guard PQenterPipelineMode(pointer) == 1, body(), PQpipelineSync(pointer) == 1 else {
            throw cut(pointer, "the statements can't be sent")
        }
    }

    /// The outcome of the next statement of a pipeline.
    ///
    /// - Parameter look: gets its result, which is valid during the call.
    private func nextOutcome(
        _ pointer: OpaquePointer, until deadline: ContinuousClock.Instant, look: (OpaquePointer) -> Void = { _ in }
    ) throws(IntegrationError) -> SQLOutcome {
        guard let result = try nextResult(pointer, until: deadline) else {
            throw cut(pointer, "the database gave no answer to a statement")
        }
        look(result)
        let outcome = try outcome(of: result, pointer)
        while let more = try nextResult(pointer, until: deadline) { PQclear(more) }
        return outcome
    }

    /// Takes the synchronization point in, where whatever was not committed by a statement is.
    private func leavePipeline(
        _ pointer: OpaquePointer, until deadline: ContinuousClock.Instant
    ) throws(IntegrationError) {
        guard let result = try nextResult(pointer, until: deadline) else {
            throw cut(pointer, "the database gave no answer at the end of a pipeline")
        }
        let status = PQresultStatus(result)
        PQclear(result)
        guard status == PGRES_PIPELINE_SYNC, PQexitPipelineMode(pointer) == 1 else {
            throw cut(pointer, "the pipeline did not end as it should")
        }
    }
}
