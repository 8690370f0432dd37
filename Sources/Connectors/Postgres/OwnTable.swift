internal import IntegrationCore
internal import Logging
internal import PostgreSQLClient

/// A table that the connector makes for itself.
struct OwnTable {
    /// What finds its rows.
    struct Index {
        let name: SQLName
        /// Its columns and its condition, as the server writes them (`pg_get_indexdef`).
        let form: String
    }

    let name: SQLName
    /// Statements that do nothing where they have been run before.
    let statements: [String]
    /// The column that a table of an earlier version lacks; the statements add it.
    let column: String
    let indexes: [Index]

    /// How long whoever writes to the table may have to wait for an index.
    private static let patience = "set local lock_timeout = 2000"

    /// Creates the table unless it is there; whoever may not create tables can have it made by somebody else beforehand.
    /// An index that such a table lacks is added where that goes, and asked for in the log where it does not.
    func create(_ connection: PostgreSQLConnection, _ session: PostgreSQLSession) async throws(IntegrationError) {
        let look = """
            select exists (select from pg_attribute
                where attrelid = to_regclass($1) and attname = $2 and not attisdropped),
                array(select n - 1 from unnest($3::text[]) with ordinality f (form, n) where not exists (
                    select from pg_index where indrelid = to_regclass($1) and indisvalid
                    and right(pg_get_indexdef(indexrelid), length(form) + 1) = ' ' || form))
            """
        let forms = "{" + indexes.map { "\"\($0.form)\"" }.joined(separator: ",") + "}"
        let found = try await connection.run(
            SQLRequest(look, [name.quoted, column, forms]), timeout: session.timeout)
        guard found.text(0, 0) == "t" else {
            let failure = try await make(statements + indexes.map(statement), connection, session)
            guard var error = failure?.error(isPreparing: true) else { return }
            error.message = "the table \(name.quoted) can't be made: \(error.message)"
            throw error
        }
        let missing = (found.text(0, 1) ?? "").split { !$0.isNumber }.compactMap { Int($0) }.map { indexes[$0] }
        guard !missing.isEmpty,
            let failure = try await make([Self.patience] + missing.map(statement), connection, session)
        else { return }
        try await connection.reset(timeout: session.timeout)
        session.context.logger.warning(
            "a table lacks an index and can't be given it, so that finding its rows takes longer",
            metadata: [
                "table": "\(name.quoted)", "index": "\(missing.map(statement).joined(separator: "; "))",
                "error": "\(failure.message)",
            ])
    }

    private func statement(_ index: Index) -> String {
        "create index if not exists \(index.name.quoted) on \(name.quoted) \(index.form)"
    }

    private func make(
        _ statements: [String], _ connection: PostgreSQLConnection, _ session: PostgreSQLSession
    ) async throws(IntegrationError) -> SQLFailure? {
        // One at a time: `if not exists` alone fails where two create the same at once.
        let lock = SQLRequest("select pg_advisory_xact_lock(hashtext($1))", ["integration \(name.quoted)"])
        let outcomes = try await connection.run(
            [SQLRequest("begin"), lock] + statements.map { SQLRequest($0) } + [SQLRequest("commit")],
            timeout: session.timeout)
        return outcomes.lazy.compactMap(\.failure).first
    }

    private static func isThere(
        _ name: String, _ connection: PostgreSQLConnection, timeout: Duration
    ) async throws(IntegrationError) -> Bool {
        let found = try await connection.run(SQLRequest("select to_regclass($1) is not null", [name]), timeout: timeout)
        return found.text(0, 0) == "t"
    }

    /// Finds out whether a table that is there serves, or whether one that is missing can be made; makes nothing.
    ///
    /// - Parameter statements: what will be done with it.
    /// - Returns: in words.
    /// - Throws: `sqlStatementInvalid`.
    static func check(
        _ name: SQLName, _ statements: [String], _ connection: PostgreSQLConnection, timeout: Duration
    ) async throws(IntegrationError) -> String {
        let shown = name.parts.joined(separator: ".")
        if try await isThere(name.quoted, connection, timeout: timeout) {
            for statement in statements { try await connection.plan(statement, timeout: timeout) }
            return "the table \(shown)"
        }
        let schema = name.parts.count > 1 ? name.parts.first : nil
        let right = try await connection.run(
            SQLRequest(
                "select coalesce(has_schema_privilege(coalesce($1, current_schema()), 'create'), false)", [schema]),
            timeout: timeout)
        guard right.text(0, 0) == "t" else {
            throw IntegrationError(
                .sqlStatementInvalid, "the table \(shown) is not there, and the user may not create it",
                remedy: "Have it created beforehand, or grant the user `create` on the schema.")
        }
        return "the table \(shown), made at the first use"
    }
}
