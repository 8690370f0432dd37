extension Topology {
    /// From a queue of a broker through order-sync into two queues behind a topic exchange of the same broker.
    static func throughRabbit(port: Int) -> Topology {
        var topology = Topology(
            name: "RabbitMQ → RabbitMQ",
            flows: sorting(
                source: "{connector: broker, queue: \(rabbitQueue), batch_size: \(batch), concurrency: \(lanes)}",
                attempts: 1000),
            sinks: [
                .high: .rabbit("high", port: port), .regular: .rabbit("regular", port: port),
                .dead: .deadLetters("failed"),
            ],
            copiesPerKill: lanes * batch)
        topology.connectors = """
            connectors:
              broker:
                type: rabbitmq
                url: "amqp://127.0.0.1:\(port)"
                timeout: 5s
                heartbeat: 2s
                circuit_breaker: {open_for: 200ms}
                exchanges: [{name: sorted, type: topic}]
                queues:
                  - {name: \(rabbitQueue)}
                  - {name: high, bindings: [{exchange: sorted, routing_key: high}]}
                  - {name: regular, bindings: [{exchange: sorted, routing_key: regular}]}

            """
        return topology
    }

    static let rabbitQueue = "incoming"
}
