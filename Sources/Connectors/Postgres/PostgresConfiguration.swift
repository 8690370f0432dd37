public import IntegrationCore

/// Everything about PostgreSQL that a configuration can say; each kind of thing has a file of its own.
public enum PostgresConfiguration {
    /// Adds the types and what makes them.
    public static func register(in catalog: inout Catalog) {
        catalog.register(connector: "postgres", connector) { connection, context throws(IntegrationError) in
            PostgresProbe(connection: try .shared(connection, context))
        }
        catalog.register(destination: "postgres", destination, connector: "postgres", make: makeDestination)
        catalog.register(service: "postgres", service, connector: "postgres", make: makeLookup)
        catalog.register(source: "postgres", source, connector: "postgres", make: makeSource)
    }
}
