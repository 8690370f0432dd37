internal import IntegrationCore
internal import PostgreSQLClient

extension IntegrationError {
    /// Whether a value is none of the type that a statement takes there (class 22 of PostgreSQL, or found before).
    var isAboutTypes: Bool {
        code == .sqlValueInvalid || code == .sqlRefused && nativeCode?.hasPrefix("22") == true
    }
}

extension PostgreSQLConnection {
    /// Why values that were refused may be taken after all: the statement was prepared for other types than the columns
    /// have by now; nil where it was not.
    func outdated(_ sql: String, timeout: Duration) async -> IntegrationError? {
        do throws(IntegrationError) {
            guard try await isOutdated(sql, timeout: timeout) else { return nil }
            return IntegrationError(
                .sqlStatementInvalid,
                "columns have other types than when the statement was prepared; it is prepared anew")
        } catch {
            return error
        }
    }
}
