import ConnectorTestSupport
import IntegrationCore
import IntegrationDocument
import RabbitMQClient
import RabbitMQConnector

/// A broker of the tests, with names of one test's own.
struct RabbitBench {
    let server: RabbitServer
    let queue = RabbitServer.freshName("queue")
    let exchange = RabbitServer.freshName("exchange")

    init() throws { server = try RabbitServer.shared() }

    var url: ConfigurationNode { .string("amqp://127.0.0.1:\(server.port)") }
    var direct: AMQPOptions { AMQPOptions([.init("127.0.0.1", server.port)], timeout: .seconds(10)) }

    /// A topic exchange, and a queue bound to it under `key`.
    func connector(_ key: String = "#", _ more: [(String, ConfigurationNode)] = []) -> ConfigurationNode {
        .mapping(
            [
                ("url", url), ("exchanges", [["name": .string(exchange), "type": "topic"]]),
                (
                    "queues",
                    [
                        [
                            "name": .string(queue),
                            "bindings": [["exchange": .string(exchange), "routing_key": .string(key)]],
                        ]
                    ]
                ),
            ] + more)
    }

    /// Sends messages through a destination.
    func send(
        _ bodies: [String], _ options: [(String, ConfigurationNode)], connector: ConfigurationNode? = nil
    ) async throws -> SendReport {
        let destination = try RabbitMakers(connector ?? self.connector()).destination(
            .mapping([("connector", "broker"), ("exchange", .string(exchange))] + options))
        return try await destination.withSender(in: .quiet()) { try await $0.send(Batch(bodies)) }
    }

    /// Publishes straight to the queue.
    func feed(_ messages: [AMQPMessage], arguments: AMQPTable = AMQPTable()) async throws {
        var made = AMQPTopology.Queue(queue)
        made.arguments = arguments
        let outcomes = try await AMQPPublisher.withPublisher(
            direct, topology: AMQPTopology(queues: [made]), logger: quiet
        ) { publisher in
            try await publisher.withChannel(to: "") { await $0.publish(messages) }
        }
        for outcome in outcomes { if let outcome { throw outcome } }
    }

    func message(_ text: String, _ change: (inout AMQPProperties) -> Void = { _ in }) -> AMQPMessage {
        var properties = AMQPProperties()
        properties.isPersistent = true
        change(&properties)
        return AMQPMessage(routingKey: queue, properties: properties, body: Array(text.utf8))
    }

    /// Publishes to the queues that the routing keys name.
    func publish(_ messages: [AMQPMessage]) async throws -> [IntegrationError?] {
        try await AMQPPublisher.withPublisher(direct, logger: quiet) { publisher in
            try await publisher.withChannel(to: "") { await $0.publish(messages) }
        }
    }

    /// Takes so many messages out of a queue.
    func take(_ count: Int, from name: String? = nil) async throws -> [AMQPDelivery] {
        try await AMQPConsumer.withConsumer(
            direct, ConsumerOptions(queue: name ?? queue, prefetch: 1000), logger: quiet, isFatal: { _ in true }
        ) { consumer in
            var all: [AMQPDelivery] = []
            while all.count < count {
                let some = await consumer.take(count - all.count)
                guard !some.isEmpty else { break }
                all += some
                consumer.settle(some.map { ($0.tag, .accepted) })
            }
            return all
        }
    }

    func source(_ options: [(String, ConfigurationNode)] = []) throws -> any Source {
        try RabbitMakers(["url": url]).source(
            .mapping([("connector", "broker"), ("queue", .string(queue))] + options))
    }
}

extension RabbitBench {
    /// Takes so many messages, and settles each delivery as told.
    func received(
        _ count: Int, from source: any Source, as outcome: Settlement.Outcome = .accepted
    ) async throws -> [Received] {
        try await source.withReceiver(in: .quiet()) { receiver in
            var all: [Received] = []
            while all.count < count, var delivery = try await receiver.receive() {
                all += Received.all(of: delivery.takeBatch(), delivery: all.count)
                delivery.settle(Settlement(outcome))
            }
            return all
        }
    }
}

extension AMQPDelivery {
    var text: String { String(decoding: body, as: UTF8.self) }
}
