internal import IntegrationCore
internal import PostgreSQLClient

/// Repeats a query for rows that are new. Class A where positions are kept: a message's identity is its row and position.
struct PollSource: Source {
    let connection: PostgresConnection
    let query: PollQuery
    let start: String?
    let batchSize: Int
    let pollInterval: Duration
    /// A channel of NOTIFY that wakes it; nil: it looks every `pollInterval`.
    let channel: String?

    var guarantee: DeliveryGuarantee { .atLeastOnce }
    var isFinite: Bool { false }

    func withReceiver<R: Sendable>(
        in context: FlowContext, _ body: (any Receiver) async throws -> R
    ) async throws -> R {
        try await Listener.with(channel: channel, on: connection, in: context) { session, wakeup in
            try await body(PollReceiver(self, session: session, wakeup: wakeup))
        }
    }
}
