internal import IntegrationCore
internal import IntegrationDocument
internal import PostgreSQLClient

/// What the values of a row have to look like, as the server describes its statement.
struct RowForm: Sendable {
    let arguments: Arguments
    let parameters: [SQLTypeID]
    private let types: SQLTypes

    /// - Throws: `sqlStatementInvalid`, also where the numbers of parameters and arguments differ.
    init(
        of statement: String, arguments: Arguments, _ connection: PostgreSQLConnection, _ session: PostgreSQLSession
    ) async throws(IntegrationError) {
        self.arguments = arguments
        parameters = try await connection.describe(statement, timeout: session.timeout).parameters
        types = try await connection.types(of: [], timeout: session.timeout)
        guard parameters.count == arguments.count else {
            throw IntegrationError(
                .sqlStatementInvalid,
                "the statement has \(parameters.count) parameters, but `args` has \(arguments.count)",
                remedy: "Give each of `$1`, `$2` … one entry in `args`.")
        }
    }

    var isEmpty: Bool { parameters.isEmpty }
    var width: Int { parameters.count }

    /// Appends the row of a message.
    ///
    /// - Throws: `sqlValueInvalid` and what expressions throw; nothing is appended then.
    func append(_ input: inout TextInput, to rows: inout SQLParameters) throws(IntegrationError) {
        let mark = rows.mark
        do throws(IntegrationError) {
            try arguments.forEach(&input) { index, value throws(IntegrationError) in
                do throws(IntegrationError) {
                    try rows.append(value, as: parameters[index], types)
                } catch {
                    throw IntegrationError(error.code, "the value of `$\(index + 1)` \(error.message)")
                }
            }
        } catch {
            rows.rewind(to: mark)
            throw error
        }
    }
}
