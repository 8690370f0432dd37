internal import IntegrationCore
internal import RabbitMQClient

extension AMQPTopology {
    /// What a connector's `exchanges` and `queues` say.
    ///
    /// - Throws: `cannotBuild` for an argument that AMQP can't carry.
    init(_ fields: DecodedFields) throws(IntegrationError) {
        typealias Fields = RabbitMQConfiguration
        self.init()
        for written in fields[Fields.exchanges] {
            var exchange = Exchange(written[Fields.name], type: written[Fields.exchangeType].rawValue)
            exchange.isDurable = written[Fields.durable]
            exchange.isAutoDelete = written[Fields.autoDelete]
            exchange.isPassive = written[Fields.passive]
            exchange.arguments = try AMQPTable(written[Fields.arguments])
            exchanges.append(exchange)
        }
        for written in fields[Fields.queues] {
            var queue = Queue(written[Fields.name])
            queue.isDurable = written[Fields.durable]
            queue.isAutoDelete = written[Fields.autoDelete]
            queue.isPassive = written[Fields.passive]
            queue.arguments = try AMQPTable(written[Fields.arguments])
            // The broker takes a queue without a type for a classic one, and would see a difference in saying so.
            if written[Fields.queueType] == .quorum { queue.arguments["x-queue-type"] = .string("quorum") }
            if written[Fields.singleActive] { queue.arguments["x-single-active-consumer"] = .bool(true) }
            queues.append(queue)
            for binding in written[Fields.bindings] {
                var made = Binding(
                    queue: queue.name, exchange: binding[Fields.bindingExchange], routingKey: binding[Fields.bindingKey]
                )
                made.arguments = try AMQPTable(binding[Fields.arguments])
                bindings.append(made)
            }
        }
    }
}

extension AMQPTable {
    fileprivate init(_ written: [Named<ConfigurationNode>]) throws(IntegrationError) {
        self.init()
        for entry in written { entries.append(Entry(entry.name, try AMQPValue(entry.value))) }
    }
}

extension AMQPValue {
    /// A value as AMQP carries it: integers with 64 bits, other numbers as doubles.
    fileprivate init(_ node: ConfigurationNode) throws(IntegrationError) {
        switch node.content {
        case .sequence(let elements):
            var values: [AMQPValue] = []
            for element in elements { values.append(try AMQPValue(element)) }
            self = .array(values)
        case .mapping(let mapping):
            var table = AMQPTable()
            for entry in mapping.entries { table.entries.append(.init(entry.key, try AMQPValue(entry.value))) }
            self = .table(table)
        case .scalar(let scalar):
            switch scalar.plainKind {
            case .null: self = .none
            case .bool: self = .bool(scalar.text.lowercased() == "true")
            case .int:
                guard let value = Int64(scalar.text) else {
                    throw IntegrationError(
                        .cannotBuild, "the argument at \(node.location) is no number of 64 bits",
                        remedy: "Write a decimal number, or put it into quotes.")
                }
                self = .integer(value)
            case .float:
                guard let value = Double(scalar.text) else {
                    throw IntegrationError(
                        .cannotBuild, "the argument at \(node.location) is no number that AMQP can carry",
                        remedy: "Write a decimal number, or put it into quotes.")
                }
                self = .double(value)
            case .string: self = .string(scalar.text)
            }
        }
    }
}
