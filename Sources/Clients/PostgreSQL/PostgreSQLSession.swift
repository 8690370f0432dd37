public import IntegrationCore
internal import IntegrationResilience
internal import Logging

/// An open database.
public struct PostgreSQLSession: Sendable {
    let pool: Pool<PostgreSQLConnection>
    let database: PostgreSQLDatabase
    public let context: FlowContext

    /// How long one request may take.
    public var timeout: Duration { database.timeout }

    /// Lends a connection to `body`. What it leaves unfinished is undone before somebody else gets the connection.
    ///
    /// - Throws: what `body` throws, or why there is no connection.
    public func withConnection<R: Sendable>(
        _ body: (PostgreSQLConnection) async throws(IntegrationError) -> R
    ) async throws(IntegrationError) -> R {
        // All that were open may have ended, as after a failover.
        var others = pool.counts.connections
        while true {
            var use = Use.none
            do throws(IntegrationError) {
                return try await withPooled(&use, body)
            } catch {
                switch use {
                case .lent: throw error
                case .none:
                    // It has its causes where those that were to be opened could not be.
                    guard error.code == .noConnection, !error.causes.isEmpty else { throw error }
                    var error = error
                    error.code = .connectionRefused
                    throw error
                case .gone:
                    // Nothing was sent, so that it can be done on another one.
                    guard others > 0, !Task.isCancelled else { throw error }
                    others -= 1
                }
            }
        }
    }

    /// How far the use of a connection came.
    private enum Use {
        case none
        /// It has ended while nobody used it.
        case gone
        case lent
    }

    private func withPooled<R: Sendable>(
        _ use: inout Use, _ body: (PostgreSQLConnection) async throws(IntegrationError) -> R
    ) async throws(IntegrationError) -> R {
        // Whoever waits for one that is being opened hears why it could not be.
        let patience = timeout + database.settings.connectTimeout
        let result: Result<R, IntegrationError> = try await pool.withConnection(timeout: patience) {
            connection async throws(IntegrationError) in
            guard await connection.isThere() else {
                use = .gone
                throw IntegrationError(.connectionRefused, "the database ended the connection while nobody used it")
            }
            use = .lent
            let result: Result<R, IntegrationError>
            do throws(IntegrationError) {
                result = .success(try await body(connection))
            } catch {
                // The pool lets a connection go on which the network failed.
                if error.code.retryClass != .never, error.code.retryClass != .serverError { throw error }
                result = .failure(error)
            }
            try await connection.reset(timeout: timeout)
            return result
        }
        return try result.get()
    }

    /// A connection outside the pool, for those who keep one for themselves, such as listeners. Close it.
    public func ownConnection() async throws(IntegrationError) -> PostgreSQLConnection {
        let connection = try PostgreSQLConnection(
            database.settings, logger: context.logger, remarks: database.remarks)
        try await connection.connect()
        return connection
    }

    /// Runs one statement on a connection of the pool.
    public func run(_ request: SQLRequest) async throws(IntegrationError) -> SQLResult {
        try await withConnection { connection async throws(IntegrationError) in
            try await connection.run(request, timeout: timeout)
        }
    }
}
