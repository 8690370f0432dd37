internal import IntegrationCore
internal import RabbitMQClient

/// What all endpoints of one connector share: where the broker is, who we are, and what it should have.
struct RabbitMQConnection: Sendable {
    let name: String
    let options: AMQPOptions
    let topology: AMQPTopology

    static func shared(
        _ connection: Connection, _ context: any MakerContext
    ) throws(IntegrationError) -> RabbitMQConnection {
        try context.shared("rabbitmq \(connection.name)") { () throws(IntegrationError) in
            try RabbitMQConnection(connection)
        }
    }

    init(_ connection: Connection) throws(IntegrationError) {
        typealias Fields = RabbitMQConfiguration
        let fields = connection.fields
        name = connection.name
        let url = try BrokerAddress(fields[Fields.url])
        var addresses = [url.address]
        for host in fields[Fields.hosts] {
            addresses.append(try BrokerAddress.address(host, standardPort: url.address.port))
        }
        if !url.isSecure, fields[Fields.tls] != nil {
            throw IntegrationError(
                .cannotBuild, "`tls` has no effect on an `amqp://` URL", remedy: "Write `url: amqps://…`.")
        }
        var options = AMQPOptions(
            addresses, tls: url.isSecure ? fields[Fields.tls] ?? TLSConfiguration() : nil,
            virtualHost: fields.isWritten("virtual_host")
                ? fields[Fields.virtualHost] : url.virtualHost ?? fields[Fields.virtualHost],
            heartbeat: fields[Fields.heartbeat], connectTimeout: fields[ConnectorFields.connectTimeout],
            timeout: fields[ConnectorFields.timeout], name: "integration \(connection.name)")
        if let credentials = fields[Fields.credentials] {
            options.user = credentials[Fields.username]
            options.password = credentials[Fields.password]
        } else if let user = url.user {
            options.user = user
            options.password = SecretString(url.password ?? "")
        }
        self.options = options
        topology = try AMQPTopology(fields)
    }
}
