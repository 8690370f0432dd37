internal import IntegrationCore
internal import RabbitMQClient

extension RabbitMQConnection {
    /// Finds out whether an exchange is declared by the connector, or there already; makes nothing.
    ///
    /// - Returns: in words.
    /// - Throws: `amqpNotFound`.
    fileprivate func check(exchange name: String) async throws(IntegrationError) -> String {
        if let declared = topology.exchanges.first(where: { $0.name == name }) { return declared.description }
        var exchange = AMQPTopology.Exchange(name, type: "direct")
        exchange.isPassive = true
        return try await check(AMQPTopology(exchanges: [exchange]), exchange.description, "exchanges")
    }

    /// The same of a queue.
    fileprivate func check(queue name: String) async throws(IntegrationError) -> String {
        if let declared = topology.queues.first(where: { $0.name == name }) { return declared.description }
        var queue = AMQPTopology.Queue(name)
        queue.isPassive = true
        return try await check(AMQPTopology(queues: [queue]), queue.description, "queues")
    }

    private func check(
        _ passive: AMQPTopology, _ words: String, _ option: String
    ) async throws(IntegrationError) -> String {
        do throws(IntegrationError) {
            return try await AMQPInspection.withInspection(options) { inspection throws(IntegrationError) in
                try await inspection.open()
                _ = try await inspection.compare(passive)
                return words + ", which the connector does not declare"
            }
        } catch {
            guard error.code == .amqpNotFound else { throw error }
            var error = error
            error.remedy = "Create it, or declare it in `\(option)` of the connector `\(name)`; check its spelling."
            throw error
        }
    }
}

extension RabbitMQDestination: EndpointCheck {
    func check(in context: FlowContext) async throws(IntegrationError) -> String {
        guard exchange.isEmpty else { return try await connection.check(exchange: exchange) }
        guard let queue = template.fixedRoutingKey else { return "the queue that each message's routing key names" }
        return try await connection.check(queue: queue)
    }
}

extension RabbitMQSource: EndpointCheck {
    func check(in context: FlowContext) async throws(IntegrationError) -> String {
        try await connection.check(queue: queue)
    }
}
