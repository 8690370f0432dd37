public import IntegrationCore

/// Everything about RabbitMQ that a configuration can say; each kind of thing has a file of its own.
public enum RabbitMQConfiguration {
    /// Adds the types and what makes them.
    public static func register(in catalog: inout Catalog) {
        catalog.register(connector: "rabbitmq", connector) { connection, context throws(IntegrationError) in
            RabbitMQProbe(connection: try .shared(connection, context))
        }
        catalog.register(source: "rabbitmq", source, connector: "rabbitmq", make: makeSource)
        catalog.register(destination: "rabbitmq", destination, connector: "rabbitmq", make: makeDestination)
    }
}
