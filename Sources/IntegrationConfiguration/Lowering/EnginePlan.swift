public import IntegrationCore
public import IntegrationEngine
public import IntegrationResilience
public import IntegrationServices
public import IntegrationStore
public import Logging

/// A configuration made into what the engine runs. Nothing is open yet.
public struct EnginePlan: Sendable {
    public var name: String
    public var flows: [Flow]
    /// Every destination that a flow names, by the name under which it is opened.
    public var destinations: [String: any Destination]
    public var lookups: [String: any Lookup]
    /// What the services are; the registry of the engine is to be told once it runs the plan.
    public private(set) var services: [ServiceDeclaration] = []
    public var grace: Duration
    /// The types that each flow is made of, and those that each service is made of.
    public private(set) var typesOfFlows: [String: Set<TypeName>] = [:]
    public private(set) var typesOfServices: [String: Set<TypeName>] = [:]
    /// The flows that call each other find each other here; the engine that runs the plan must be given it.
    public let directory: FlowDirectory
    /// Where queues, positions and dead letters are kept; nil where nothing of this plan needs it.
    public let storage: Storage?
    /// The guards of the connectors that flows go through.
    public let connectors: ConnectorDirectory
    /// What declared queues may hold.
    public let queues: [QueueName: QueueSettings]

    /// Makes everything that a document declares.
    ///
    /// - Parameters:
    ///   - catalog: the one that the document was read with.
    ///   - environment: the process's; expressions may read those as `$env` that `expressions:` names.
    ///   - directory: the one of the engine that will run the plan.
    ///   - storage: the one of the engine that will run the plan, where it runs already; nil for that of the document.
    ///   - connectors: those of the engine that will run the plan which are what they were: their guards stay.
    ///   - registry: where endpoints of services are registered at run time; the one of the engine that will run the plan.
    ///   - readsFromStart: whether files are read from their beginning, whatever of them was settled before.
    /// - Throws: the first thing that can't be made, with its place in the configuration.
    public init(
        _ document: ConfigurationDocument, catalog: Catalog, environment: [String: String] = [:],
        directory: FlowDirectory = FlowDirectory(), storage given: Storage? = nil,
        connectors known: ConnectorDirectory = ConnectorDirectory(),
        registry: ServiceRegistry = ServiceRegistry(), readsFromStart: Bool = false
    ) throws(IntegrationError) {
        let own = Storage(document, readsFromStart: readsFromStart)
        let storage = given ?? own
        queues = own.queues
        let lowering = Lowering(
            document: document, catalog: catalog,
            environment: environment.filter { document.expressions.environment.contains($0.key) }, directory: directory,
            storage: storage,
            connectors: known, registry: registry)
        name = document.name
        self.directory = directory
        grace = document.grace
        lookups = [:]
        for service in document.services {
            let made = try lowering.service(service)
            lookups[service.name] = made.lookup
            services.append(made.declaration)
            typesOfServices[service.name] = lowering.takeMade()
        }
        flows = []
        for flow in document.flows {
            flows.append(try lowering.flow(flow))
            typesOfFlows[flow.name] = lowering.takeMade()
        }
        for index in flows.indices where lowering.handovers.contains(flows[index].name) {
            flows[index].sources.append(lowering.handover(to: flows[index].name))
        }
        self.storage = document.storage != nil || lowering.usesStore ? storage : nil
        destinations = lowering.destinations
        connectors = lowering.connectors
    }

    /// An engine that runs the plan.
    ///
    /// - Parameter processors: how many processors lanes are counted for.
    public func engine(
        logger: Logger, clock: any TimeSource = SystemClock(), processors: Int, mode: Engine.Mode = .untilStopped
    ) -> Engine {
        Engine(
            flows: flows, destinations: destinations, lookups: lookups, directory: directory, storage: storage,
            connectors: connectors, logger: logger, clock: clock, processors: processors, mode: mode)
    }
}
