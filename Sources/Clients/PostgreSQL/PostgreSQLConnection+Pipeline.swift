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

    // MARK: Sending

    func send(
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
    func piped(_ pointer: OpaquePointer, _ body: () -> Bool) throws(IntegrationError) {
        guard PQenterPipelineMode(pointer) == 1, body(), PQpipelineSync(pointer) == 1 else {
            throw cut(pointer, "the statements can't be sent")
        }
    }

    /// The outcome of the next statement of a pipeline.
    ///
    /// - Parameter look: gets its result, which is valid during the call.
    func nextOutcome(
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
    func leavePipeline(
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
