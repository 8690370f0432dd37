internal import IntegrationCore
internal import PostgreSQLClient

/// Reads a table as a queue. Class A: a message's identity is its row's number.
struct QueueTableSource: Source {
    let connection: PostgresConnection
    let table: QueueTable
    let batchSize: Int
    let visibilityTimeout: Duration
    let pollInterval: Duration
    /// A channel of NOTIFY that wakes it; nil: it looks every `pollInterval`.
    let channel: String?

    var guarantee: DeliveryGuarantee { .atLeastOnce }
    var isFinite: Bool { false }

    func withReceiver<R: Sendable>(
        in context: FlowContext, _ body: (any Receiver) async throws -> R
    ) async throws -> R {
        try await Listener.with(channel: channel, on: connection, in: context) { session, wakeup in
            let receiver = QueueTableReceiver(self, session: session, wakeup: wakeup)
            return try await receiver.keepingLeases { try await body(receiver) }
        }
    }
}
