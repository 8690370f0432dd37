/// What an SQL database answered, where it is not what was hoped for.
extension ErrorCode {
    public static let sqlStatementInvalid = ErrorCode(
        "IE3301", "The database does not take the statement", retry: .connection,
        explanation: """
            The database refuses the statement as it stands in the configuration: its syntax, a table, column or \
            function that is not there, or a right that is missing. No message is to blame, so they wait until the \
            statement or the database is mended.
            """,
        remedy: "Try the statement with `psql`; `integration connector test NAME` checks it too.")

    public static let sqlRefused = ErrorCode(
        "IE3302", "The database refused the row",
        explanation: """
            A constraint, a type or a trigger of the database forbids what the message says: a key that exists, a \
            missing value, a number out of range. Its neighbours were stored without it.
            """,
        remedy: "Read what the database said, and mend the message, the statement or the constraint.")

    public static let sqlConflict = ErrorCode(
        "IE3303", "Others were at the same rows", retry: .serverError,
        explanation: """
            The transaction was given up for another one: a serialization failure, a deadlock, or a lock that did not \
            come free. Nothing of it was stored, and it is tried again.
            """,
        remedy: "If it goes on, let fewer write to the same rows at once, or smaller batches.")

    public static let sqlServerFailed = ErrorCode(
        "IE3304", "The database failed", retry: .serverError,
        explanation: "The database could not do what it was asked for: its disk or memory is full, or it has a defect.",
        remedy: "Look at the database's log; the messages are tried again.")

    public static let sqlDatabaseUnknown = ErrorCode(
        "IE3305", "No such database", retry: .connection,
        explanation: "The server has no database of the name that the connector's `url` ends with. Messages wait.",
        remedy: "Correct the name in `url`, or create the database.")

    public static let sqlUnavailable = ErrorCode(
        "IE3306", "The database takes no work now", retry: .connection,
        explanation: """
            The server starts or stops, has no connection left for us, or only lets read. Messages wait; this uses up \
            none of their tries.
            """,
        remedy: "Look at the server; with too many connections lower `pool.max_connections` or raise its own limit.")

    public static let sqlValueInvalid = ErrorCode(
        "IE3307", "Value can't go into the database",
        explanation: """
            A value of the message can't be a value of the type that the statement has there: a text with the \
            character NUL, an object where a number belongs, bytes that are no base 64. Nothing of the message was \
            stored.
            """,
        remedy: "Mend the message, or the argument that the error names.")

    public static let sqlLibraryMissing = ErrorCode(
        "IE3308", "PostgreSQL's library is missing", retry: .connection,
        explanation: """
            The program speaks to PostgreSQL through libpq, which is loaded when it is first needed. Everything that \
            needs no PostgreSQL goes on.
            """,
        remedy: "Install it: `apt install libpq5`.")

    public static let sqlAnswerInvalid = ErrorCode(
        "IE3309", "The answer has another form than was agreed", retry: .connection,
        explanation: """
            The rows that a statement gives lack a column that the configuration names, or it is of a type that can't \
            serve there. Nothing is handed over until that is mended.
            """,
        remedy: "Correct the statement, or the name of the column.")

    public static let sqlCodes: [ErrorCode] = [
        sqlStatementInvalid, sqlRefused, sqlConflict, sqlServerFailed, sqlDatabaseUnknown, sqlUnavailable,
        sqlValueInvalid, sqlLibraryMissing, sqlAnswerInvalid,
    ]
}
