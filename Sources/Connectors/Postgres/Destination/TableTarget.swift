internal import PostgreSQLClient

/// Where rows go.
enum RowTarget: Sendable {
    case statement(String)
    case table(TableTarget)

    /// The statement for one row.
    var single: String {
        switch self {
        case .statement(let sql): sql
        case .table(let table): table.single
        }
    }

    /// What it does, so that others are told from it: the same in every version.
    var identity: [String] {
        switch self {
        case .statement(let sql): ["statement", sql]
        case .table(let table):
            ["table", table.table.quoted, table.conflict.rawValue] + table.columns.map(\.quoted)
                + ["key"] + table.key.map(\.quoted)
        }
    }
}

/// A table that gets a row for each message.
struct TableTarget: Sendable {
    let table: SQLName
    let columns: [SQLName]
    /// The columns by which a row is known again.
    let key: [SQLName]
    let conflict: PostgresConfiguration.Conflict
    /// The statement for one row.
    private(set) var single = ""

    init(table: SQLName, columns: [SQLName], key: [SQLName], conflict: PostgresConfiguration.Conflict) {
        self.table = table
        self.columns = columns
        self.key = key
        self.conflict = conflict
        single = insert(rows: 1)
    }

    private var columnList: String { columns.map(\.quoted).joined(separator: ", ") }

    /// A statement that writes so many rows; its parameters are the rows' values, one row behind the other.
    func insert(rows: Int) -> String {
        var next = 0
        let values = (0..<rows).map { _ in
            "("
                + columns.map { _ in
                    next += 1
                    return "$\(next)"
                }.joined(separator: ", ") + ")"
        }
        return "insert into \(table.quoted) (\(columnList)) values \(values.joined(separator: ", "))" + conflictClause
    }

    private var conflictClause: String {
        let target = key.isEmpty ? "" : " (\(key.map(\.quoted).joined(separator: ", ")))"
        switch conflict {
        case .error: return ""
        case .ignore: return " on conflict\(target) do nothing"
        case .update:
            let others = columns.filter { !key.contains($0) }.map { "\($0.quoted) = excluded.\($0.quoted)" }
            guard !others.isEmpty else { return " on conflict\(target) do nothing" }
            return " on conflict\(target) do update set \(others.joined(separator: ", "))"
        }
    }

    /// The statement that rows are sent in bulk with; nil where it could not do what is wanted.
    var copy: String? { conflict == .error ? "copy \(table.quoted) (\(columnList)) from stdin" : nil }

    /// Parameters of one statement at most (their number is sent in 16 bits).
    private static let mostParameters = 65_535
    private static let mostRows = 512

    /// How many rows the next statement takes of so many: powers of two, so that there are few statements to prepare.
    func chunk(of rows: Int) -> Int {
        var size = 1
        while size * 2 <= rows, size * 2 <= Self.mostRows, size * 2 * columns.count <= Self.mostParameters { size *= 2 }
        return size
    }
}
