internal import IntegrationCore
internal import RabbitMQClient

/// Publishes messages to an exchange; the broker's confirm accepts each.
struct RabbitMQDestination: Destination {
    let connection: RabbitMQConnection
    /// Empty: the routing key names a queue.
    let exchange: String
    let isConfirmed: Bool
    let isMandatory: Bool
    let template: MessageTemplate

    func withSender<R: Sendable>(
        in context: FlowContext, _ body: (any Sender) async throws -> R
    ) async throws -> R {
        try await AMQPPublisher.withPublisher(
            connection.options, topology: connection.topology, logger: context.logger
        ) { publisher in
            try await publisher.withChannel(to: exchange, isConfirmed: isConfirmed, isMandatory: isMandatory) {
                channel in
                try await body(RabbitMQSender(template: template, channel: channel, context: context))
            }
        }
    }
}
