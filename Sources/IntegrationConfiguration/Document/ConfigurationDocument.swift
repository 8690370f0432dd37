public import IntegrationCore

/// A configuration without mistakes: every name resolved, every default filled in, nothing of the engine in it.
public struct ConfigurationDocument: Sendable {
    public var name: String
    public var plugins: [Named<PluginDeclaration>]
    /// `connectors:` and `protocols:`.
    public var connectors: [Named<TypedConfiguration>]
    public var services: [Named<EndpointDeclaration>]
    /// `queues:`, and after them the queues that are created because somebody names them.
    public var queues: [Named<QueueConfiguration>]
    public var destinations: [Named<EndpointDeclaration>]
    public var templates: [Named<TemplateConfiguration>]
    public var transformers: [Named<TypedConfiguration>]
    public var schemas: [Named<SchemaConfiguration>]
    public var flows: [Named<FlowConfiguration>]
    public var expressions: ExpressionsConfiguration
    public var monitoring: MonitoringConfiguration
    /// Nil: state lives in memory.
    public var storage: StorageConfiguration?
    public var admin: AdminConfiguration
    public var grace: Duration
    /// What each name stands for; `names.resolve(reference)` is never nil for a reference of this document, except for
    /// templates, schemas and services of a document that blocks a run.
    public var names: DeclaredNames
    /// What the program has made already and the document names.
    public var provided = ProvidedParts()

    init(_ root: RootConfiguration, names: DeclaredNames, implicitQueues: [String]) {
        let fields = root.fields
        name = fields[RootConfiguration.name]
        plugins = fields[RootConfiguration.plugins]
        connectors = fields[RootConfiguration.connectors] + fields[RootConfiguration.protocols]
        services = fields[RootConfiguration.services]
        queues = fields[RootConfiguration.queues] + implicitQueues.map { Named($0, QueueConfiguration()) }
        destinations = fields[RootConfiguration.destinations]
        templates = fields[RootConfiguration.templates]
        transformers = fields[RootConfiguration.transformers]
        schemas = fields[RootConfiguration.schemas]
        flows = fields[RootConfiguration.flows]
        expressions = fields[RootConfiguration.expressions]
        monitoring = fields[RootConfiguration.monitoring]
        storage = fields[RootConfiguration.storage]
        admin = fields[RootConfiguration.admin]
        grace = fields[RootConfiguration.grace]
        self.names = names
    }
}
