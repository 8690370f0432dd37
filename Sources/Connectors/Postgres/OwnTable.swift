internal import IntegrationCore
internal import PostgreSQLClient

/// Tables that the connector makes for itself.
enum OwnTable {
    /// Creates a table unless it is there; whoever may not create tables can have it made by somebody else beforehand.
    ///
    /// - Parameters:
    ///   - name: without its schema, or quoted with it.
    ///   - definition: statements that may be run by several at once only if they wait for one another.
    ///   - column: that a table of an earlier version lacks; the definition adds it.
    static func create(
        _ name: String, _ definition: String, column: String, _ connection: PostgreSQLConnection, timeout: Duration
    ) async throws(IntegrationError) {
        let look = """
            select exists (select from pg_attribute
                where attrelid = to_regclass($1) and attname = $2 and not attisdropped)
            """
        let found = try await connection.run(SQLRequest(look, [name, column]), timeout: timeout)
        guard found.text(0, 0) != "t" else { return }
        let statements = definition.split(separator: ";").map { SQLRequest(String($0)) }
        // One at a time: `if not exists` alone fails where two create the same at once.
        let lock = SQLRequest("select pg_advisory_xact_lock(hashtext($1))", ["integration \(name)"])
        let outcomes = try await connection.run(
            [SQLRequest("begin"), lock] + statements + [SQLRequest("commit")], timeout: timeout)
        if let failure = outcomes.lazy.compactMap(\.failure).first {
            var error = failure.error(isPreparing: true)
            error.message = "the table \(name) can't be made: \(error.message)"
            throw error
        }
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
