internal import CSQLite
internal import IntegrationCore

/// A connection to SQLite and its prepared statements; used by one thread at a time, closed when it is let go.
final class Connection {
    enum Mode {
        case owner
        case reader
    }

    /// What COMMIT waits for (`PRAGMA synchronous`).
    enum Synchronous: String {
        case full = "FULL"
        case normal = "NORMAL"
        case off = "OFF"
    }

    let path: String
    private let handle: OpaquePointer
    private var statements: [String: Statement] = [:]
    /// What was set last; nil before the first transaction.
    private var synchronous: Synchronous?
    /// Whether the system failed below it, so that it has to be opened anew.
    private(set) var isBroken = false

    /// - Throws: `storeUnusable` or another of the store's codes.
    init(_ path: String, _ mode: Mode) throws(IntegrationError) {
        self.path = path
        #if DEBUG
            _ = WriteFaults.isInstalled
        #endif
        var opened: OpaquePointer?
        let access = mode == .owner ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY
        let result = sqlite3_open_v2(path, &opened, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, nil)
        guard let opened else {
            throw IntegrationError(.storeUnusable, "\(path) can't be opened: there is no memory")
        }
        handle = opened
        guard result == SQLITE_OK else { throw failure(result) }
        sqlite3_extended_result_codes(handle, 1)
        sqlite3_busy_timeout(handle, 5000)
        try execute("PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY")
        if mode == .reader { try execute("PRAGMA query_only=ON") }
    }

    deinit {
        statements.removeAll()
        sqlite3_close_v2(handle)
    }

    /// The prepared form of a statement, made at its first use.
    func statement(_ sql: String) throws(IntegrationError) -> Statement {
        if let known = statements[sql] { return known }
        var prepared: OpaquePointer?
        let result = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard result == SQLITE_OK, let prepared else { throw failure(result) }
        let statement = Statement(prepared, self)
        statements[sql] = statement
        return statement
    }

    /// Runs statements that return nothing.
    func execute(_ sql: String) throws(IntegrationError) {
        let result = sqlite3_exec(handle, sql, nil, nil, nil)
        guard result == SQLITE_OK else { throw failure(result) }
    }

    /// The first column of the first row; nil where there is no row or it is NULL.
    func integer(_ sql: String, _ arguments: Int64...) throws(IntegrationError) -> Int64? {
        let statement = try statement(sql)
        for (index, argument) in arguments.enumerated() { statement.bind(Int32(index + 1), argument) }
        return try statement.first { row in row.isNull(0) ? nil : row.integer(0) } ?? nil
    }

    /// The first column of the first row.
    func text(_ sql: String) throws(IntegrationError) -> String? {
        try statement(sql).first { row in row.text(0) }
    }

    /// Rows changed by the last statement.
    var changes: Int { Int(sqlite3_changes64(handle)) }

    /// The first 100 bytes of the file, as far as they are there, and how long it is.
    ///
    /// Read through SQLite's own handle: to close another one of the same file would end the locks that this process
    /// has on it (fcntl(2)).
    func header() throws(IntegrationError) -> (bytes: [UInt8], size: Int) {
        var file: UnsafeMutablePointer<sqlite3_file>?
        var size: sqlite3_int64 = 0
        let result = sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, &file)
        guard result == SQLITE_OK, let file, let methods = file.pointee.pMethods?.pointee else { throw failure(result) }
        let measured = methods.xFileSize(file, &size)
        guard measured == SQLITE_OK else { throw failure(measured) }
        var bytes = [UInt8](repeating: 0, count: min(100, Int(size)))
        let read = methods.xRead(file, &bytes, Int32(bytes.count), 0)
        guard read == SQLITE_OK else { throw failure(read) }
        return (bytes, Int(size))
    }

    /// One transaction that begins with the right to write.
    ///
    /// - Throws: what `body` throws, or why it could not be committed; it is then rolled back.
    func transaction<R>(
        _ synchronous: Synchronous, _ body: () throws(IntegrationError) -> R
    ) throws(IntegrationError) -> R {
        if self.synchronous != synchronous {
            try execute("PRAGMA synchronous=\(synchronous.rawValue)")
            self.synchronous = synchronous
        }
        try statement("BEGIN IMMEDIATE").run()
        do {
            let result = try body()
            failPoint("store-commit")
            try statement("COMMIT").run()
            return result
        } catch {
            rollBack()
            throw error
        }
    }

    /// One view of the data for all that `body` reads.
    func read<R>(_ body: () throws(IntegrationError) -> R) throws(IntegrationError) -> R {
        try statement("BEGIN").run()
        defer { rollBack() }
        return try body()
    }

    /// SQLite may have rolled back by itself; a connection that can't is broken.
    private func rollBack() {
        for statement in statements.values { statement.reset() }
        guard sqlite3_get_autocommit(handle) == 0 else { return }
        if sqlite3_exec(handle, "ROLLBACK", nil, nil, nil) != SQLITE_OK { isBroken = true }
    }

    /// The error of the last call.
    func failure(_ result: Int32) -> IntegrationError {
        switch result & 0xFF {
        case SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_MISUSE:
            isBroken = true
        default: break
        }
        let code = result == sqlite3_errcode(handle) ? sqlite3_extended_errcode(handle) : result
        // SQLite keeps the last errno of the system; it speaks of this failure only where that was one of I/O.
        let isSystem = [SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN].contains(result & 0xFF)
        return .sqlite(
            code, String(cString: sqlite3_errmsg(handle)), system: isSystem ? sqlite3_system_errno(handle) : 0,
            file: path)
    }
}
