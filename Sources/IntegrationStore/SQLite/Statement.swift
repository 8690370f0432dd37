internal import CSQLite
internal import IntegrationCore

/// A prepared statement: bind, run, read.
final class Statement {
    private let handle: OpaquePointer
    private unowned let connection: Connection
    /// The first binding that failed; thrown by the next step.
    private var bindResult = SQLITE_OK

    init(_ handle: OpaquePointer, _ connection: Connection) {
        self.handle = handle
        self.connection = connection
    }

    deinit { sqlite3_finalize(handle) }

    func bind(_ place: Int32, _ value: Int64) { note(sqlite3_bind_int64(handle, place, value)) }
    func bind(_ place: Int32, _ value: Int) { bind(place, Int64(value)) }
    func bindNull(_ place: Int32) { note(sqlite3_bind_null(handle, place)) }

    func bind(_ place: Int32, _ value: Int64?) {
        if let value { bind(place, value) } else { bindNull(place) }
    }

    /// Binds bytes where they stand: they must stay there until the statement has run.
    func bind(_ place: Int32, standing bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress, bytes.count > 0 else {
            note(sqlite3_bind_zeroblob(handle, place, 0))
            return
        }
        note(sqlite3_bind_blob64(handle, place, start, UInt64(bytes.count), nil))
    }

    /// Binds a copy of the bytes.
    func bind(_ place: Int32, _ bytes: [UInt8]?) {
        guard let bytes else { return bindNull(place) }
        bytes.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress, bytes.count > 0 else {
                note(sqlite3_bind_zeroblob(handle, place, 0))
                return
            }
            note(sqlite3_bind_blob64(handle, place, start, UInt64(bytes.count), Self.copied))
        }
    }

    func bind(_ place: Int32, _ text: String?) {
        guard var text else { return bindNull(place) }
        text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                // An empty text has no address, and no address would be NULL.
                note(
                    characters.isEmpty
                        ? sqlite3_bind_text(handle, place, "", 0, nil)
                        : sqlite3_bind_text(
                            handle, place, characters.baseAddress, Int32(characters.count), Self.copied))
            }
        }
    }

    /// 16 bytes, the highest first, so that they sort as ids do.
    func bind(_ place: Int32, _ id: MessageID) {
        withUnsafeBytes(of: (id.high.bigEndian, id.low.bigEndian)) { bytes in
            note(sqlite3_bind_blob(handle, place, bytes.baseAddress, 16, Self.copied))
        }
    }

    func bind(_ place: Int32, _ id: MessageID?) {
        if let id { bind(place, id) } else { bindNull(place) }
    }

    /// Runs it to its end and makes it ready for the next time.
    func run() throws(IntegrationError) {
        while try step() {}
        reset()
    }

    /// Calls `body` for each row while it returns true, and makes it ready for the next time.
    func forEach(_ body: (Statement) throws(IntegrationError) -> Bool) throws(IntegrationError) {
        defer { reset() }
        while try step(), try body(self) {}
    }

    /// What `body` makes of each row.
    func map<R>(_ body: (Statement) throws(IntegrationError) -> R) throws(IntegrationError) -> [R] {
        var results: [R] = []
        try forEach { row throws(IntegrationError) in
            results.append(try body(row))
            return true
        }
        return results
    }

    /// What `body` makes of the first row; nil where there is none.
    func first<R>(_ body: (Statement) throws(IntegrationError) -> R) throws(IntegrationError) -> R? {
        defer { reset() }
        return try step() ? try body(self) : nil
    }

    func reset() {
        sqlite3_reset(handle)
        bindResult = SQLITE_OK
    }

    /// Lets go of bytes that were bound where they stand.
    func clear() { sqlite3_clear_bindings(handle) }

    private func step() throws(IntegrationError) -> Bool {
        let result = bindResult == SQLITE_OK ? sqlite3_step(handle) : bindResult
        switch result {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default:
            let failure = connection.failure(result)
            reset()
            throw failure
        }
    }

    private func note(_ result: Int32) {
        if result != SQLITE_OK, bindResult == SQLITE_OK { bindResult = result }
    }

    /// SQLITE_TRANSIENT: SQLite makes its own copy before the call returns.
    private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}

/// The columns of the current row.
extension Statement {
    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }
    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

    func text(_ column: Int32) -> String {
        sqlite3_column_text(handle, column).map { String(cString: $0) } ?? ""
    }

    func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    /// Bytes that stand there until the next step.
    func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
        let start = sqlite3_column_blob(handle, column)
        return UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : size(column))
    }

    func size(_ column: Int32) -> Int { Int(sqlite3_column_bytes(handle, column)) }

    func array(_ column: Int32) -> [UInt8] { Array(bytes(column)) }
    func optionalArray(_ column: Int32) -> [UInt8]? { isNull(column) ? nil : array(column) }

    func id(_ column: Int32) -> MessageID { MessageID(stored: bytes(column)) ?? MessageID(high: 0, low: 0) }
    func optionalID(_ column: Int32) -> MessageID? { MessageID(stored: bytes(column)) }

    /// Wall time from whole milliseconds.
    func time(_ column: Int32) -> Duration { .milliseconds(integer(column)) }
    func optionalTime(_ column: Int32) -> Duration? { optionalInteger(column).map { .milliseconds($0) } }
}

extension MessageID {
    /// Reads the form in which it is stored; nil where it is not 16 bytes.
    init?(stored bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 16 else { return nil }
        self.init(
            high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }
}
