internal import IntegrationCore

/// The connector: one broker, and the topology that it should have.
extension RabbitMQConfiguration {
    static let url = Field<URLValue>.required("url", .url("amqp", "amqps"), "Host and port; `amqps` encrypts.")
    static let hosts = Field<[String]>.defaulted(
        "hosts", .list(of: .address), [], "Further nodes of the same broker, tried in turn where `url` is away.")
    static let virtualHost = Field<String>.defaulted(
        "virtual_host", .string, "/", "The virtual host; it wins over one that stands in `url`.")
    static let credentials = Field<DecodedFields?>.optional(
        "credentials", .fields(of: credentialsTable),
        "Who connects; they win over the URL's, and `guest` stands for neither.")
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
    static let passive = Field<Bool>.defaulted(
        "passive", .bool, false, "Whether it is only checked that it is there, and never made.")
    static let arguments = Field<[Named<ConfigurationNode>]>.defaulted(
        "arguments", .map(to: .any), [], "Further arguments of the declaration.")
    static let exchange = FieldTable(
        "exchange", summary: "An exchange.", fields: [name, exchangeType, durable, autoDelete, passive, arguments],
        example: "{name: orders, type: topic, durable: true}",
        rules: [
            { fields, context in
                guard !fields[durable], !fields[passive] else { return }
                context.warnOfLoss(
                    "the exchange `\(fields[name])` is gone when the broker restarts, and with it what is published there "
                        + "until it is declared again", at: fields.span(of: "durable"))
            }
        ])

    enum QueueType: String, Sendable, CaseIterable { case classic, quorum }

    static let queueType = Field<QueueType>.defaulted("type", .choice, .classic, "Which kind of queue.")
    static let singleActive = Field<Bool>.defaulted(
        "single_active_consumer", .bool, false,
        "Whether only one consumer at a time gets messages, and another takes over where it goes.")
    static let bindings = Field<[DecodedFields]>.defaulted(
        "bindings", .list(of: .fields(of: binding)), [], "What reaches it.")
    static let queue = FieldTable(
        "queue", summary: "A queue and its bindings.",
        fields: [name, queueType, durable, autoDelete, singleActive, passive, bindings, arguments],
        example: "{name: order-processing, bindings: [{exchange: orders, routing_key: order.created}]}",
        rules: [
            { fields, context in
                guard fields[queueType] == .quorum, !fields[durable] else { return }
                context.diagnostics.error(
                    .conflictingFields, "a quorum queue is always durable", at: fields.span(of: "durable"),
                    help: "remove `durable: false`")
            },
            { fields, context in
                guard !fields[passive] else { return }
                if !fields[durable], fields[queueType] != .quorum {
                    context.warnOfLoss(
                        "the queue `\(fields[name])` and its messages are gone when the broker restarts",
                        at: fields.span(of: "durable"))
                }
                if fields[autoDelete] {
                    context.warnOfLoss(
                        "the queue `\(fields[name])` and its messages go with its last consumer",
                        at: fields.span(of: "auto_delete"))
                }
            },
        ])

    static let bindingExchange = Field<String>.required("exchange", .string, "The exchange.")
    static let bindingKey = Field<String>.defaulted("routing_key", .string, "", "The routing key or pattern.")
    static let binding = FieldTable(
        "binding", summary: "Leads messages from an exchange into a queue.",
        fields: [bindingExchange, bindingKey, arguments],
        example: "{exchange: orders, routing_key: order.created}")

    static let connector = FieldTable(
        "rabbitmq connector", summary: "Connections to a RabbitMQ broker, and the topology it should have.",
        fields: [url, hosts, virtualHost, credentials, heartbeat, tls, exchanges, queues] + ConnectorFields.all,
        example: """
            type: rabbitmq
            url: amqp://localhost:5672
            virtual_host: production
            credentials: {username: user, password: "${secret:rabbit-password}"}
            exchanges: [{name: orders, type: topic, durable: true}]
            queues: [{name: order-processing, bindings: [{exchange: orders, routing_key: order.created}]}]
            """)
}
