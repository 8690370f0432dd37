internal import HTTPTransport
internal import IntegrationCore
internal import IntegrationDocument
internal import NIOCore
internal import NIOHTTP1

/// Sends each message as one request; an answer of class 2xx accepts it.
struct HTTPDestination: Destination {
    let connection: HTTPConnection
    let target: DestinationTarget
    let template: RequestTemplate
    let content: MessageContent
    /// Statuses beyond class 2xx that accept a message.
    let accepted: Set<Int>
    /// What makes events of messages, where they are sent as such.
    let events: CloudEventTemplate?
    /// Nil: each message is a request.
    let bulk: BulkOptions?

    func withSender<R: Sendable>(
        in context: FlowContext, _ body: (any Sender) async throws -> R
    ) async throws -> R {
        try await connection.open(in: context) { open in
            if let bulk { return try await body(BulkSender(destination: self, options: bulk, open: open)) }
            return try await body(HTTPSender(destination: self, open: open))
        }
    }
}
