public import IntegrationCore
public import IntegrationResilience

/// A database, and the connections to it that everybody who works with it shares. A description: it opens nothing until
/// somebody uses it, and closes with its last user.
public final class PostgreSQLDatabase: Sendable {
    public let settings: PostgreSQLSettings
    /// How long one request may take.
    public let timeout: Duration
    let remarks = SQLRemarks()
    private let shared: SharedPool<PostgreSQLConnection>

    /// - Parameter name: what errors call it.
    public init(_ name: String, _ settings: PostgreSQLSettings, _ limits: PoolLimits, timeout: Duration) {
        self.settings = settings
        self.timeout = timeout
        shared = SharedPool(name, limits)
    }

    /// Calls `body` with the open database.
    ///
    /// - Parameter body: gets a session that lives only during the call.
    public func open<R: Sendable>(
        in context: FlowContext, _ body: (PostgreSQLSession) async throws -> R
    ) async throws -> R {
        let settings = settings
        let (logger, remarks) = (context.logger, remarks)
        let operations = Pool<PostgreSQLConnection>.Operations(
            open: { () async throws(IntegrationError) in
                let connection = try PostgreSQLConnection(settings, logger: logger, remarks: remarks)
                try await connection.connect()
                return connection
            },
            check: { connection in
                do throws(IntegrationError) {
                    _ = try await connection.run(SQLRequest("select 1"), timeout: .seconds(5))
                    return true
                } catch {
                    return false
                }
            },
            close: { await $0.close() })
        return try await shared.with(in: context, operations) { pool in
            try await body(PostgreSQLSession(pool: pool, database: self, context: context))
        }
    }
}
