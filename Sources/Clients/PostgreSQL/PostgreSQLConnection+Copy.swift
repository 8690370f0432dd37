internal import CLibPQ
public import IntegrationCore

extension PostgreSQLConnection {
    /// Bytes that are handed to libpq at a time.
    private static let piece = 64 * 1024

    /// Sends rows in bulk (PostgreSQL, COPY): all are stored or none.
    ///
    /// - Parameters:
    ///   - sql: `copy … from stdin`.
    ///   - rows: in the text format, each with its line feed.
    public nonisolated func copy(
        _ sql: String, _ rows: [UInt8], timeout: Duration
    ) async throws(IntegrationError) -> SQLOutcome {
        try await interruptible { connection throws(IntegrationError) in
            try connection.copy(sql, rows, until: .now + timeout)
        }
    }

    private func copy(
        _ sql: String, _ rows: [UInt8], until deadline: ContinuousClock.Instant
    ) throws(IntegrationError) -> SQLOutcome {
        let pointer = try open()
        guard PQsendQuery(pointer, sql) == 1 else { throw cut(pointer, "the statement can't be sent") }
        guard let result = try nextResult(pointer, until: deadline) else {
            throw cut(pointer, "the database gave no answer to COPY")
        }
        let begun = try outcome(of: result, pointer)
        guard begun.failure == nil else {
            while let more = try nextResult(pointer, until: deadline) { PQclear(more) }
            return begun
        }
        try send(rows, pointer, until: deadline)
        return try lastOutcome(pointer, until: deadline)
    }

    private func send(
        _ rows: [UInt8], _ pointer: OpaquePointer, until deadline: ContinuousClock.Instant
    ) throws(IntegrationError) {
        var start = 0
        while start < rows.count {
            let end = min(start + Self.piece, rows.count)
            let put = rows.withUnsafeBytes { all in
                PQputCopyData(
                    pointer, all.baseAddress.map { ($0 + start).assumingMemoryBound(to: CChar.self) },
                    Int32(end - start))
            }
            guard put >= 0 else { throw cut(pointer, "the connection was cut while rows were sent") }
            if put == 1 { start = end }
            // A failure of the server shows at the end; it takes in what is sent until then.
            try wait(pointer, until: deadline) { $0 }
        }
        while true {
            let put = PQputCopyEnd(pointer, nil)
            guard put >= 0 else { throw cut(pointer, "the connection was cut while rows were sent") }
            if put == 1 { return }
            try wait(pointer, until: deadline) { $0 }
        }
    }
}
