import ConnectorTestSupport
import IntegrationCore
import IntegrationDocument
import Logging
import PostgreSQLClient
import Testing

extension PostgreSQLSettings {
    /// - Parameter url: one that can be read.
    init(test url: String, connectTimeout: Duration = .seconds(10)) throws {
        self.init(url: try #require(URLValue(url)), connectTimeout: connectTimeout)
    }
}

extension PostgreSQLConnection {
    /// An open connection.
    static func open(_ settings: PostgreSQLSettings) async throws(IntegrationError) -> PostgreSQLConnection {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let connection = try PostgreSQLConnection(settings, logger: logger)
        try await connection.connect()
        return connection
    }

    static func open(_ url: String) async throws -> PostgreSQLConnection {
        try await open(try PostgreSQLSettings(test: url))
    }

    /// Runs a statement with texts as its values.
    @discardableResult
    func run(
        _ sql: String, _ texts: String?..., timeout: Duration = .seconds(20)
    ) async throws(IntegrationError) -> SQLResult {
        try await run(texts.isEmpty ? SQLRequest(sql) : SQLRequest(sql, texts), timeout: timeout)
    }

    /// The rows that a statement gives, as JSON.
    func rows(_ sql: String, _ texts: String?...) async throws -> [String] {
        let result = try await run(texts.isEmpty ? SQLRequest(sql) : SQLRequest(sql, texts), timeout: .seconds(20))
        let writer = SQLRowWriter(result.columns, try await types(of: result.columns, timeout: .seconds(20)))
        return (0..<result.count).map { row in
            var out = OutputBuffer()
            writer.write(result, row, to: &out)
            return out.withBytes { String(decoding: $0, as: UTF8.self) }
        }
    }
}
