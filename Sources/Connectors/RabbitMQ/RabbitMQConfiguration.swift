public import IntegrationCore

/// Everything about RabbitMQ that a configuration can say: connector, destination, source.
public enum RabbitMQConfiguration {
    /// What the catalog gets.
    public static let types: [TypeDescription] = [
        TypeDescription(.connector, "rabbitmq", connector, isBuilt: false),
        TypeDescription(.source, "rabbitmq", source, isBuilt: false, connector: "rabbitmq"),
        TypeDescription(.destination, "rabbitmq", destination, isBuilt: false, connector: "rabbitmq"),
    ]

    // MARK: Connector

    static let url = Field<URLValue>.required("url", .url("amqp", "amqps"), "Host and port; `amqps` encrypts.")
    static let virtualHost = Field<String>.defaulted("virtual_host", .string, "/", "The virtual host.")
    static let credentials = Field<DecodedFields?>.optional(
        "credentials", .fields(of: credentialsTable), "Who connects, where the URL does not say.")
    static let heartbeat = Field<Duration>.defaulted(
        "heartbeat", .duration(in: .seconds(1)...Duration.seconds(600)), .seconds(30),
        "How often both sides give a sign.")
    static let tls = Field<TLSConfiguration?>.optional("tls", .table, "Whom to trust, and our own certificate.")
    static let exchanges = Field<[DecodedFields]>.defaulted(
        "exchanges", .list(of: .fields(of: exchange)), [], "Exchanges that are declared on connecting.")
    static let queues = Field<[DecodedFields]>.defaulted(
        "queues", .list(of: .fields(of: queue)), [], "Queues that are declared on connecting.")

    static let username = Field<String>.required("username", .string, "The user.")
    static let password = Field<SecretString>.required("password", .secret, "The password.")
    static let credentialsTable = FieldTable(
        "credentials", summary: "User and password.", fields: [username, password],
        example: "{username: user, password: \"${secret:rabbit-password}\"}")

    enum ExchangeType: String, Sendable, CaseIterable { case direct, fanout, topic, headers }

    static let name = Field<String>.required("name", .string, "Its name.")
    static let exchangeType = Field<ExchangeType>.defaulted("type", .choice, .topic, "How it routes.")
    static let durable = Field<Bool>.defaulted("durable", .bool, true, "Whether it outlives a restart of the broker.")
    static let autoDelete = Field<Bool>.defaulted("auto_delete", .bool, false, "Whether it goes with its last user.")
    static let arguments = Field<[Named<ConfigurationNode>]>.defaulted(
        "arguments", .map(to: .any), [], "Further arguments of the declaration.")
    static let exchange = FieldTable(
        "exchange", summary: "An exchange.", fields: [name, exchangeType, durable, autoDelete, arguments],
        example: "{name: orders, type: topic, durable: true}")

    enum QueueType: String, Sendable, CaseIterable { case classic, quorum }

    static let queueType = Field<QueueType>.defaulted("type", .choice, .classic, "Which kind of queue.")
    static let bindings = Field<[DecodedFields]>.defaulted(
        "bindings", .list(of: .fields(of: binding)), [], "What reaches it.")
    static let queue = FieldTable(
        "queue", summary: "A queue and its bindings.",
        fields: [name, queueType, durable, autoDelete, bindings, arguments],
        example: "{name: order-processing, bindings: [{exchange: orders, routing_key: order.created}]}",
        rules: [
            { fields, context in
                guard fields[queueType] == .quorum, !fields[durable] else { return }
                context.diagnostics.error(
                    .conflictingFields, "a quorum queue is always durable", at: fields.span(of: "durable"),
                    help: "remove `durable: false`")
            }
        ])

    static let bindingExchange = Field<String>.required("exchange", .string, "The exchange.")
    static let bindingKey = Field<String>.defaulted("routing_key", .string, "", "The routing key or pattern.")
    static let binding = FieldTable(
        "binding", summary: "Leads messages from an exchange into a queue.", fields: [bindingExchange, bindingKey],
        example: "{exchange: orders, routing_key: order.created}")

    static let connector = FieldTable(
        "rabbitmq connector", summary: "Connections to a RabbitMQ broker, and the topology it should have.",
        fields: [url, virtualHost, credentials, heartbeat, tls, exchanges, queues] + ConnectorFields.all,
        example: """
            type: rabbitmq
            url: amqp://localhost:5672
            virtual_host: production
            credentials: {username: user, password: "${secret:rabbit-password}"}
            exchanges: [{name: orders, type: topic, durable: true}]
            queues: [{name: order-processing, bindings: [{exchange: orders, routing_key: order.created}]}]
            """)

    // MARK: Destination

    static let toExchange = Field<String>.defaulted(
        "exchange", .string, "", "The exchange; empty means straight to a queue.")
    static let routingKey = Field<TemplateString>.required("routing_key", .template, "The routing key of each message.")
    static let confirm = Field<Bool>.defaulted(
        "confirm", .bool, true, "Whether the broker confirms; without it a message may be lost.")
    static let mandatory = Field<Bool>.defaulted(
        "mandatory", .bool, true, "Whether a message that reaches no queue is an error.")
    static let persistent = Field<Bool>.defaulted(
        "persistent", .bool, true, "Whether messages outlive a restart of the broker.")
    static let headers = Field<[Named<TemplateString>]>.defaulted("headers", .headers, [], "Headers of each message.")
    static let expiration = Field<Duration?>.optional("expiration", .duration, "The broker drops older messages.")
    static let contentType = Field<String>.defaulted(
        "content_type", .string, "application/json", "What the body is said to be.")

    static let destination = FieldTable(
        "rabbitmq destination", summary: "Publishes each message; the broker's confirm accepts it.",
        fields: [toExchange, routingKey, confirm, mandatory, persistent, headers, expiration, contentType],
        example: "{connector: rabbitmq, exchange: orders, routing_key: order.created, confirm: true}")

    // MARK: Source

    static let fromQueue = Field<String>.required("queue", .string, "The queue to consume.")
    static let prefetch = Field<Int?>.optional(
        "prefetch", .int(1...65535), "Unacknowledged messages at most; by default twice `batch_size`.")
    static let batchSize = Field<Int>.defaulted("batch_size", .int(1...65535), 100, "Messages at most in one delivery.")
    static let visibilityTimeout = Field<Duration>.defaulted(
        "visibility_timeout", .duration, .seconds(300), "After it an unsettled message goes back to the queue.")
    static let singleActive = Field<Bool>.defaulted(
        "exclusive", .bool, false, "Whether nobody else may consume the queue.")

    static let source = FieldTable(
        "rabbitmq source", summary: "Consumes a queue; messages are acknowledged when they are settled.",
        fields: [fromQueue, prefetch, batchSize, visibilityTimeout, singleActive],
        example: "{connector: rabbitmq, queue: order-processing, batch_size: 50}")
}
