internal import IntegrationCore

extension HTTPConfiguration {
    /// Adds what makes requests: connector, destination and service.
    static func registerClient(in catalog: inout Catalog) {
        catalog.register(connector: "http", connector) { connection, context throws(IntegrationError) in
            HTTPProbe(connection: try .shared(connection, context))
        }
        catalog.register(destination: "http", destination, connector: "http", make: makeDestination)
        catalog.register(service: "http", service, connector: "http", make: makeLookup)
    }
}
