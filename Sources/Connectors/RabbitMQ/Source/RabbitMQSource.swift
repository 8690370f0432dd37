internal import IntegrationCore
internal import RabbitMQClient

/// Consumes a queue. Class A: what is not settled when the engine or the connection ends comes again.
struct RabbitMQSource: Source {
    let connection: RabbitMQConnection
    let queue: String
    /// Most messages that are not settled.
    let prefetch: Int
    /// Most messages in a delivery.
    let batchSize: Int
    /// How long a message may be unsettled.
    let visibility: Duration
    let isExclusive: Bool
    /// Whether messages are CloudEvents, whose data are the messages.
    let readsEvents: Bool
    let concurrency: Int?

    var guarantee: DeliveryGuarantee { .atLeastOnce }
    var isFinite: Bool { false }

    func withReceiver<R: Sendable>(
        in context: FlowContext, _ body: (any Receiver) async throws -> R
    ) async throws -> R {
        let options = ConsumerOptions(
            queue: queue, prefetch: prefetch, isExclusive: isExclusive, visibility: visibility)
        return try await AMQPConsumer.withConsumer(
            connection.options, topology: connection.topology, options, logger: context.logger,
            isFatal: { Self.isMistake($0.code) }
        ) { consumer in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    await context.shutdown.wait()
                    if context.shutdown.isSignalled { consumer.finish() }
                }
                defer { group.cancelAll() }
                return try await body(RabbitMQReceiver(self, consumer: consumer, context: context))
            }
        }
    }

    /// Whether an error at the start is one that waiting does not mend.
    private static func isMistake(_ code: ErrorCode) -> Bool {
        [.amqpNotFound, .amqpDiffers, .amqpQueueTaken, .amqpLibraryMissing, .cannotBuild].contains(code)
    }
}
