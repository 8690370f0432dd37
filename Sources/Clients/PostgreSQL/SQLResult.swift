internal import CLibPQ

/// What a statement gave: rows of texts, as the server wrote them.
public final class SQLResult: @unchecked Sendable {
    // Proof of Sendable: libpq never writes to a result that it handed out, and this is its only owner.
    private let pointer: OpaquePointer

    /// A column of the rows.
    public struct Column: Sendable, Hashable {
        public let name: String
        public let type: SQLTypeID
    }

    public let columns: [Column]
    public let count: Int

    /// - Parameter pointer: a result that nobody else frees.
    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
        count = Int(PQntuples(pointer))
        columns = Self.columns(of: pointer)
    }

    static func columns(of pointer: OpaquePointer) -> [Column] {
        (0..<PQnfields(pointer)).map { index in
            Column(
                name: PQfname(pointer, index).map { String(cString: $0) } ?? "",
                type: SQLTypeID(PQftype(pointer, index)))
        }
    }

    deinit { PQclear(pointer) }

    /// Rows that an insert, update or delete changed.
    public var changed: Int { PQcmdTuples(pointer).flatMap { Int(String(cString: $0)) } ?? 0 }

    public func column(named name: String) -> Int? { columns.firstIndex { $0.name == name } }

    /// A value as text; nil for NULL.
    public func text(_ row: Int, _ column: Int) -> String? {
        withBytes(row, column) { $0.map { String(decoding: $0, as: UTF8.self) } }
    }

    /// Calls `body` with a value's text, which is valid during the call; nil for NULL.
    public func withBytes<R>(_ row: Int, _ column: Int, _ body: (UnsafeBufferPointer<UInt8>?) -> R) -> R {
        let (row, column) = (Int32(row), Int32(column))
        guard PQgetisnull(pointer, row, column) == 0, let start = PQgetvalue(pointer, row, column) else {
            return body(nil)
        }
        let length = Int(PQgetlength(pointer, row, column))
        return start.withMemoryRebound(to: UInt8.self, capacity: length) {
            body(UnsafeBufferPointer(start: $0, count: length))
        }
    }
}
