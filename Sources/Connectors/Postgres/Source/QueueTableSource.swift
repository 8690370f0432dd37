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
        try await connection.database.open(in: context) { session in
            let wakeup = Wakeup()
            let receiver = QueueTableReceiver(self, session: session, wakeup: wakeup)
            return try await withThrowingTaskGroup(of: Void.self) { group in
                if let channel {
                    group.addTask { await Listener(channel: channel, session: session, wakeup: wakeup).run() }
                }
                let keeper = ShutdownSignal()
                group.addTask { await receiver.keepLeases(until: keeper) }
                let result: Result<R, any Error>
                do {
                    result = .success(try await body(receiver))
                } catch {
                    result = .failure(error)
                }
                // What was settled last is told before the source closes, however it ended.
                keeper.signal()
                await receiver.over.waitToTheEnd()
                group.cancelAll()
                return try result.get()
            }
        }
    }
}
