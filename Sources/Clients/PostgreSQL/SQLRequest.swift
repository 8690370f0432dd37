/// A statement with its values.
public struct SQLRequest: Sendable {
    public var sql: String
    public var parameters: SQLParameters
    /// Which rows of the parameters, one behind the other, are the statement's `$1`, `$2` ….
    public var rows: Range<Int>

    /// A statement without values, which is not prepared.
    public init(_ sql: String) {
        self.sql = sql
        parameters = .none
        rows = 0..<0
    }

    public init(_ sql: String, _ parameters: SQLParameters, rows: Range<Int>) {
        self.sql = sql
        self.parameters = parameters
        self.rows = rows
    }

    public init(_ sql: String, _ parameters: SQLParameters, row: Int = 0) {
        self.init(sql, parameters, rows: row..<row + 1)
    }

    /// A statement with some values, all of them texts.
    public init(_ sql: String, _ texts: [String?]) { self.init(sql, SQLParameters(texts)) }

    var isPrepared: Bool { !rows.isEmpty }
}

/// What became of a request.
public enum SQLOutcome: Sendable {
    case done(SQLResult)
    case failed(SQLFailure)
    /// Not run, because one before it failed.
    case skipped

    public var failure: SQLFailure? {
        if case .failed(let failure) = self { failure } else { nil }
    }

    public var result: SQLResult? {
        if case .done(let result) = self { result } else { nil }
    }
}
