import ConnectorTestSupport

extension Topology {
    /// From a queue of a broker through order-sync into two queues behind a topic exchange of the same broker.
    ///
    /// - Parameters:
    ///   - node: of the broker, where one looks afterwards.
    ///   - type: of its queues.
    static func throughRabbit(port: Int, node: Int? = nil, others: [Int] = [], type: String = "classic") -> Topology {
        let node = node ?? port
        var topology = Topology(
            name: "RabbitMQ → RabbitMQ",
            flows: sorting(
                source: "{connector: broker, queue: \(rabbitQueue), batch_size: \(batch), concurrency: \(lanes)}",
                attempts: 1000),
            sinks: [
                .high: .rabbit("high", port: node), .regular: .rabbit("regular", port: node),
                .dead: .deadLetters("failed"),
            ],
            copiesPerKill: lanes * batch)
        topology.connectors = """
            connectors:
              broker:
                type: rabbitmq
                url: "amqp://127.0.0.1:\(port)"
                hosts: [\(others.map { "\"127.0.0.1:\($0)\"" }.joined(separator: ", "))]
                timeout: 5s
                heartbeat: 2s
                circuit_breaker: {open_for: 200ms}
                exchanges: [{name: sorted, type: topic}]
                queues:
                  - {name: \(rabbitQueue), type: \(type)}
                  - {name: high, type: \(type), bindings: [{exchange: sorted, routing_key: high}]}
                  - {name: regular, type: \(type), bindings: [{exchange: sorted, routing_key: regular}]}

            """
        return topology
    }

    static let rabbitQueue = "incoming"

    /// From HTTP through a queue of the store, order-sync, a topic exchange and two queues of a broker into tables whose
    /// inbox has each effect once.
    static func throughEverything(port: Int, broker: Int, tables schema: PostgresSchema) -> Topology {
        var topology = Topology(
            name: "HTTP → queue → RabbitMQ → PostgreSQL",
            flows: intake(port) + sorting(source: fromQueue, attempts: 1000) + storing("high") + storing("regular"),
            sinks: [.high: .table(schema, "high"), .regular: .table(schema, "regular"), .dead: .deadLetters("failed")])
        topology.connectors =
            throughRabbit(port: broker).connectors + """
                  db:
                    type: postgres
                    url: \(schema.url())
                    timeout: 5s
                    circuit_breaker: {open_for: 200ms}

                """
        topology.destinations = [.high: .rabbit("high", port: broker), .regular: .rabbit("regular", port: broker)]
        return topology
    }

    private static func storing(_ table: String) -> String {
        """
          store-\(table):
            source: {connector: broker, queue: \(table), batch_size: \(batch)}
            destination: \(destination(table: table))
            error_handling:
              type: retry_then_dlq
              retry: {max_attempts: 1000, backoff: {initial: 5ms, max: 20ms}}
              dlq: failed

        """
    }
}
