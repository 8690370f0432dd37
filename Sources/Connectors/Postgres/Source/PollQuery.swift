internal import IntegrationCore
internal import PostgreSQLClient

/// A query that is repeated for rows beyond a position.
struct PollQuery: Sendable {
    /// How the values of the position are counted.
    enum Scale: Sendable, Hashable {
        case integer
        /// Microseconds since 1970.
        case zonedTime, time, date
    }

    private let sql: String
    private let position: SQLName
    let positionName: String

    init(_ sql: String, position: String) {
        // What stands behind a semicolon would be another statement, and is refused as one.
        self.sql = sql.trimmingSemicolon
        self.position = SQLName(position)
        positionName = position
    }

    /// What its rows' positions are kept under, and their ids made of.
    var seed: UInt64 { Fingerprint("\(positionName) \(sql)").value }

    /// Whether the query itself says where it goes on; otherwise that is added.
    ///
    /// NULL is no position.
    private func filter(_ hasParameter: Bool) -> String {
        "where q.\(position.quoted) " + (hasParameter ? "is not null" : "> $1")
    }

    /// Bytes of a delivery beyond the rows of its first position.
    private static let mostBytes = 4 << 20

    /// What the query gives, and how it is asked, as the server describes it.
    struct Form: Sendable {
        let columns: [SQLResult.Column]
        let scale: Scale
        /// The type of the values that positions are compared with.
        let position: SQLTypeID
        /// Asks for rows beyond `$1`, `$2` of them.
        let statement: String
    }

    /// - Throws: `sqlStatementInvalid`, and `sqlAnswerInvalid` where it gives no position.
    func form(_ connection: PostgreSQLConnection, timeout: Duration) async throws(IntegrationError) -> Form {
        let described = try await connection.describe(sql, timeout: timeout)
        guard described.parameters.count <= 1 else {
            throw IntegrationError(
                .sqlStatementInvalid,
                "the query has \(described.parameters.count) parameters; `$1` alone means something")
        }
        guard let column = described.columns.first(where: { $0.name == positionName }) else {
            throw .missing(column: positionName, option: "position", of: described.columns)
        }
        guard let scale = Self.scale(of: column.type) else {
            throw IntegrationError(
                .sqlAnswerInvalid, "the column `\(positionName)` (`position`) is neither an integer nor a time")
        }
        return Form(
            columns: described.columns, scale: scale, position: described.parameters.first ?? column.type,
            statement: next(scale, hasParameter: !described.parameters.isEmpty))
    }

    /// Rows beyond a position in its order, with all that share the last one's; behind the query's own columns stands the
    /// position as a number.
    private func next(_ scale: Scale, hasParameter: Bool) -> String {
        let column = "q.\(position.quoted)"
        let number =
            switch scale {
            case .integer: "\(column)::bigint"
            case .zonedTime, .time, .date: "(extract(epoch from \(column)) * 1000000)::bigint"
            }
        return """
            select * from (
                select *, min("bytes so far") over () as "bytes at first" from (
                    select *, sum("bytes of row") over (order by "position as number") as "bytes so far" from (
                        select q.*, \(number) as "position as number", pg_column_size(row(q.*)) as "bytes of row"
                        from (\(sql)
                        ) q \(filter(hasParameter)) order by \(column) fetch first ($2::bigint) rows with ties) a) b) c
            where "bytes so far" - "bytes at first" <= \(Self.mostBytes) order by "position as number"
            """
    }

    /// The text of a position that was kept as a number.
    static func text(of number: Int64, _ scale: Scale) -> SQLRequest? {
        let sql: String
        switch scale {
        case .integer: return nil
        case .zonedTime: sql = "select (timestamptz 'epoch' + $1::bigint * interval '1 microsecond')::text"
        case .time: sql = "select (timestamp 'epoch' + $1::bigint * interval '1 microsecond')::text"
        case .date: sql = "select (timestamp 'epoch' + $1::bigint * interval '1 microsecond')::date::text"
        }
        return SQLRequest(sql, ["\(number)"])
    }

    private static func scale(of type: SQLTypeID) -> Scale? {
        switch type.number {
        case 20, 21, 23, 26: .integer
        case 1184: .zonedTime
        case 1114: .time
        case 1082: .date
        default: nil
        }
    }

    /// What stands before every value of a parameter's type.
    static func beginning(of type: SQLTypeID) -> String {
        switch type.number {
        case 21: "-32768"
        case 23: "-2147483648"
        case 20: "-9223372036854775808"
        case 26: "0"
        default: "-infinity"
        }
    }
}

extension IntegrationError {
    /// A query's rows lack a column that an option names.
    static func missing(column: String, option: String, of columns: [SQLResult.Column]) -> IntegrationError {
        IntegrationError(
            .sqlAnswerInvalid, "the query gives no column `\(column)` (`\(option)`)",
            causes: ["its columns are \(columns.map(\.name).joined(separator: ", "))"])
    }
}

extension String {
    var trimmingSemicolon: String {
        let blanks: Set<Character> = [" ", "\n", "\t", "\r", "\r\n", ";"]
        return String(reversed().drop { blanks.contains($0) }.reversed())
    }
}
