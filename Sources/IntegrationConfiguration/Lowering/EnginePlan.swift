public import IntegrationCore
public import IntegrationEngine

/// A configuration made into what the engine runs. Nothing is open yet.
public struct EnginePlan: Sendable {
    public var name: String
    public var flows: [Flow]
    /// Every destination that a flow names, by the name under which it is opened.
    public var destinations: [String: any Destination]
    public var lookups: [String: any Lookup]
    public var grace: Duration

    /// Makes everything that a document declares.
    ///
    /// - Parameters:
    ///   - catalog: the one that the document was read with.
    ///   - environment: variables that expressions may read as `$env`.
    /// - Throws: the first thing that can't be made, with its place in the configuration.
    public init(
        _ document: ConfigurationDocument, catalog: Catalog, environment: [String: String] = [:]
    ) throws(IntegrationError) {
        let lowering = Lowering(document: document, catalog: catalog, environment: environment)
        name = document.name
        grace = document.grace
        lookups = [:]
        for service in document.services {
            lookups[service.name] = try lowering.lookup(service)
        }
        flows = []
        for flow in document.flows { flows.append(try lowering.flow(flow)) }
        destinations = lowering.destinations
    }
}
