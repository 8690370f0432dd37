internal import CLibPQ
internal import IntegrationCore

extension PostgreSQLConnection {
    /// How long a server may take to confirm that it stopped what it was doing.
    private static let grace = Duration.seconds(1)

    /// The next result of libpq; nil where the present statement has no more.
    ///
    /// - Throws: `answerTimedOut`, `connectionCut`; the connection is then of no use, unless the server stopped in time.
    func nextResult(
        _ pointer: OpaquePointer, until deadline: ContinuousClock.Instant?
    ) throws(IntegrationError)
        -> OpaquePointer?
    {
        try wait(pointer, until: deadline) { _ in PQisBusy(pointer) == 0 }
        return PQgetResult(pointer)
    }

    /// Sends what is to be sent and takes in what comes, until `isDone`, which is told whether everything has been sent.
    func wait(
        _ pointer: OpaquePointer, until deadline: ContinuousClock.Instant?, _ isDone: (_ isSent: Bool) -> Bool
    ) throws(IntegrationError) {
        while true {
            let unsent = PQflush(pointer)
            guard unsent >= 0 else { throw cut(pointer, "the connection was cut while something was sent") }
            if isDone(unsent == 0) { return }
            switch waiting.wait(for: PQsocket(pointer), toWrite: unsent == 1, until: deadline) {
            case .late:
                try stop(pointer)
                throw IntegrationError(.answerTimedOut, "the database did not answer in time")
            case .woken:
                guard Task.isCancelled else { continue }
                try stop(pointer)
                throw IntegrationError(.connectionCut, "the request was given up")
            case .ready(let isReadable, _):
                guard !isReadable || PQconsumeInput(pointer) == 1 else {
                    throw cut(pointer, "the connection was cut before the answer was there")
                }
            }
        }
    }

    /// Asks the server to stop what it is doing, and waits a moment for it to have stopped, so that nothing goes on that
    /// is tried again elsewhere. The connection is not used any more.
    private func stop(_ pointer: OpaquePointer) throws(IntegrationError) {
        defer { handle = nil }
        Cancellation.request(pointer)
        let end = ContinuousClock.now + Self.grace
        while PQtransactionStatus(pointer) == PQTRANS_ACTIVE || PQisBusy(pointer) == 1 {
            guard PQflush(pointer) >= 0 else { return }
            guard case .ready(true, _) = waiting.wait(for: PQsocket(pointer), toWrite: false, until: end),
                PQconsumeInput(pointer) == 1
            else {
                if ContinuousClock.now < end, PQstatus(pointer) == CONNECTION_OK { continue }
                return
            }
            while PQisBusy(pointer) == 0, let result = PQgetResult(pointer) {
                let isOver = PQresultStatus(result) == PGRES_FATAL_ERROR
                PQclear(result)
                if isOver { return }
            }
        }
    }

    /// A statement of any kind, or several with `;` between them, by the simple protocol; what the last one gave.
    func single(_ sql: String, until deadline: ContinuousClock.Instant?) throws(IntegrationError) -> SQLOutcome {
        let pointer = try open()
        guard PQsendQuery(pointer, sql) == 1 else { throw cut(pointer, "the statement can't be sent") }
        return try lastOutcome(pointer, until: deadline)
    }

    /// What the results of one statement come to, the last of them.
    func lastOutcome(
        _ pointer: OpaquePointer, until deadline: ContinuousClock.Instant?
    ) throws(IntegrationError) -> SQLOutcome {
        var last = SQLOutcome.skipped
        while let result = try nextResult(pointer, until: deadline) {
            let outcome = try outcome(of: result, pointer)
            if last.failure == nil { last = outcome }
        }
        return last
    }

    /// - Parameter result: one that nobody else frees.
    func outcome(of result: OpaquePointer, _ pointer: OpaquePointer) throws(IntegrationError) -> SQLOutcome {
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY, PGRES_COPY_IN: return .done(SQLResult(result))
        case PGRES_PIPELINE_ABORTED:
            PQclear(result)
            return .skipped
        default:
            let failure = SQLFailure(result)
            PQclear(result)
            if failure.state.isEmpty || failure.endsConnection || PQstatus(pointer) == CONNECTION_BAD {
                handle = nil
                throw failure.state.isEmpty
                    ? IntegrationError(
                        .connectionCut, "the connection was cut before the answer was there", causes: [failure.message])
                    : failure.error()
            }
            return .failed(failure)
        }
    }
}
