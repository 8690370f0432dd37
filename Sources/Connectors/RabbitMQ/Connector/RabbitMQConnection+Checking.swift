internal import IntegrationCore
internal import RabbitMQClient

extension RabbitMQConnection {
    /// Finds out whether an exchange is declared by the connector, or there already, and whether we may publish to it;
    /// makes nothing.
    ///
    /// - Returns: in words.
    /// - Throws: `amqpNotFound`, `accessRefused`.
    fileprivate func check(exchange name: String) async throws(IntegrationError) -> String {
        var topology = AMQPTopology()
        let declared = self.topology.exchanges.first { $0.name == name }
        var exchange = AMQPTopology.Exchange(name, type: "direct")
        exchange.isPassive = true
        if declared == nil { topology.exchanges = [exchange] }
        return try await check(topology, declared?.description, exchange.description, "exchanges") {
            inspection throws(IntegrationError) in
            guard try await !inspection.mayWrite(to: name) else { return }
            throw refusal("publish to the exchange `\(name)`", "write")
        }
    }

    /// The same of a queue, and whether we may consume it.
    fileprivate func check(queue name: String) async throws(IntegrationError) -> String {
        try await check(queue: name) { inspection throws(IntegrationError) in
            guard try await !inspection.mayRead(name) else { return }
            throw refusal("consume the queue `\(name)`", "read")
        }
    }

    /// The same of a queue that the default exchange leads to.
    fileprivate func check(target name: String) async throws(IntegrationError) -> String {
        try await check(queue: name) { _ throws(IntegrationError) in }
    }

    private func check(
        queue name: String, _ rights: (AMQPInspection) async throws(IntegrationError) -> Void
    ) async throws(IntegrationError) -> String {
        var topology = AMQPTopology()
        let declared = self.topology.queues.first { $0.name == name }
        var queue = AMQPTopology.Queue(name)
        queue.isPassive = true
        if declared == nil { topology.queues = [queue] }
        return try await check(topology, declared?.description, queue.description, "queues", rights)
    }

    private func check(
        _ passive: AMQPTopology, _ declared: String?, _ words: String, _ option: String,
        _ rights: (AMQPInspection) async throws(IntegrationError) -> Void
    ) async throws(IntegrationError) -> String {
        do throws(IntegrationError) {
            return try await AMQPInspection.withInspection(options) { inspection throws(IntegrationError) in
                try await inspection.open()
                _ = try await inspection.compare(passive)
                try await rights(inspection)
                return declared ?? words + ", which the connector does not declare"
            }
        } catch {
            guard error.code == .amqpNotFound else { throw error }
            var error = error
            error.remedy = "Create it, or declare it in `\(option)` of the connector `\(name)`; check its spelling."
            throw error
        }
    }

    private func refusal(_ act: String, _ right: String) -> IntegrationError {
        IntegrationError(
            .accessRefused, "the user `\(options.user)` may not \(act)",
            remedy: "Give it the right to \(right) there (`rabbitmqctl set_permissions -p \(options.virtualHost) "
                + "\(options.user) CONFIGURE WRITE READ`).")
    }
}

extension RabbitMQDestination: EndpointCheck {
    func check(in context: FlowContext) async throws(IntegrationError) -> String {
        guard exchange.isEmpty else { return try await connection.check(exchange: exchange) }
        guard let queue = template.fixedRoutingKey else { return "the queue that each message's routing key names" }
        return try await connection.check(target: queue)
    }
}

extension RabbitMQSource: EndpointCheck {
    func check(in context: FlowContext) async throws(IntegrationError) -> String {
        try await connection.check(queue: queue)
    }
}
