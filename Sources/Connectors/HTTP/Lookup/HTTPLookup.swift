internal import HTTPTransport
internal import IntegrationCore
internal import IntegrationDocument
internal import NIOHTTP1

/// Asks an HTTP server for rows by their keys.
struct HTTPLookup: AddressedLookup {
    let connection: HTTPConnection
    /// Nil where only the addresses that `at(_:)` names can be asked.
    let address: HTTPAddress?
    let template: RequestTemplate
    let rows: AnswerRows

    func withFinder<R: Sendable>(
        in context: FlowContext, _ body: (any Finder) async throws -> R
    ) async throws -> R {
        let address = try address ?? connection.requireBase()
        return try await connection.open(in: context) { open in
            try await body(HTTPFinder(lookup: self, address: address, open: open))
        }
    }

    func at(_ address: String) throws(IntegrationError) -> any Lookup {
        HTTPLookup(
            connection: connection, address: try HTTPConnection.address(address, "endpoints"), template: template,
            rows: rows)
    }
}
