internal import CRabbitMQ
internal import IntegrationCore

extension AMQPLink {
    /// Declares what is not there, on a channel of its own, and checks that the rest is as it should be.
    ///
    /// - Throws: with the name of what differs or is missing.
    func declare(_ topology: AMQPTopology, on channel: UInt16) throws(AMQPFault) {
        guard !topology.isEmpty else { return }
        try openChannel(channel)
        for exchange in topology.exchanges { try declare(exchange, channel) }
        for queue in topology.queues { try declare(queue, channel) }
        for binding in topology.bindings { try declare(binding, channel) }
        try closeChannel(channel)
    }

    private func declare(_ exchange: AMQPTopology.Exchange, _ channel: UInt16) throws(AMQPFault) {
        scratch.reset()
        var method = amqp_exchange_declare_t()
        method.exchange = scratch.bytes(exchange.name)
        method.type = scratch.bytes(exchange.type)
        method.passive = exchange.isPassive ? 1 : 0
        method.durable = exchange.isDurable ? 1 : 0
        method.auto_delete = exchange.isAutoDelete ? 1 : 0
        method.arguments = scratch.table(exchange.arguments)
        try call(
            channel, AMQP_EXCHANGE_DECLARE_METHOD, method, answer: AMQP_EXCHANGE_DECLARE_OK_METHOD,
            .declaring(exchange.description))
    }

    private func declare(_ queue: AMQPTopology.Queue, _ channel: UInt16) throws(AMQPFault) {
        scratch.reset()
        var method = amqp_queue_declare_t()
        method.queue = scratch.bytes(queue.name)
        method.passive = queue.isPassive ? 1 : 0
        method.durable = queue.isDurable ? 1 : 0
        method.auto_delete = queue.isAutoDelete ? 1 : 0
        method.arguments = scratch.table(queue.arguments)
        try call(
            channel, AMQP_QUEUE_DECLARE_METHOD, method, answer: AMQP_QUEUE_DECLARE_OK_METHOD,
            .declaring(queue.description))
    }

    private func declare(_ binding: AMQPTopology.Binding, _ channel: UInt16) throws(AMQPFault) {
        scratch.reset()
        var method = amqp_queue_bind_t()
        method.queue = scratch.bytes(binding.queue)
        method.exchange = scratch.bytes(binding.exchange)
        method.routing_key = scratch.bytes(binding.routingKey)
        method.arguments = scratch.table(binding.arguments)
        try call(
            channel, AMQP_QUEUE_BIND_METHOD, method, answer: AMQP_QUEUE_BIND_OK_METHOD, .declaring(binding.description))
    }
}

extension AMQPTopology.Exchange: CustomStringConvertible {
    public var description: String {
        isPassive ? "the exchange `\(name)`" : "the \(isDurable ? "durable" : "transient") \(type) exchange `\(name)`"
    }
}

extension AMQPTopology.Queue: CustomStringConvertible {
    public var description: String {
        guard !isPassive else { return "the queue `\(name)`" }
        var kind = "classic"
        if case .string(let type)? = arguments["x-queue-type"] { kind = type }
        return "the \(isDurable ? "durable" : "transient") \(kind) queue `\(name)`"
    }
}

extension AMQPTopology.Binding: CustomStringConvertible {
    public var description: String { "the binding of queue `\(queue)` to exchange `\(exchange)` (`\(routingKey)`)" }
}

extension AMQPLink {
    /// Finds out what is not there, and that the rest is as it should be, without making anything: what is there can be
    /// declared again without effect.
    func missing(of topology: AMQPTopology, on channel: UInt16) throws(AMQPFault) -> [String] {
        var missing: [String] = []
        for exchange in topology.exchanges {
            var passive = exchange
            passive.isPassive = true
            var (check, full) = (AMQPTopology(), AMQPTopology())
            (check.exchanges, full.exchanges) = ([passive], [exchange])
            if try !isThere(check, full, on: channel, isPassive: exchange.isPassive) {
                missing.append(exchange.description)
            }
        }
        let declared = Set(topology.exchanges.map(\.name))
        for name in Set(topology.bindings.map(\.exchange)).subtracting(declared).sorted() where !name.isEmpty {
            var exchange = AMQPTopology.Exchange(name, type: "direct")
            exchange.isPassive = true
            try declare(AMQPTopology(exchanges: [exchange]), on: channel)
        }
        for queue in topology.queues {
            var passive = queue
            passive.isPassive = true
            var (check, full) = (AMQPTopology(), AMQPTopology())
            (check.queues, full.queues) = ([passive], [queue])
            if try !isThere(check, full, on: channel, isPassive: queue.isPassive) { missing.append(queue.description) }
        }
        return missing
    }

    private func isThere(
        _ check: AMQPTopology, _ full: AMQPTopology, on channel: UInt16, isPassive: Bool
    ) throws(AMQPFault) -> Bool {
        do throws(AMQPFault) {
            try declare(check, on: channel)
        } catch {
            guard error.reach == .channel, error.error.code == .amqpNotFound, !isPassive else { throw error }
            return false
        }
        if !isPassive { try declare(full, on: channel) }
        return true
    }
}
