internal import IntegrationConfiguration
public import IntegrationCore
internal import IntegrationEngine
internal import IntegrationServices
internal import IntegrationTransforms
internal import Synchronization

extension Integration {
    /// Where a configuration comes from.
    public enum Configuration: Sendable {
        /// A YAML text. Relative paths in it are taken from the current folder; mistakes call it `file`.
        case yaml(String, file: String = "integration.yaml")
        /// YAML files and folders, read as one.
        case files([String])
    }

    /// Adds the flows of a configuration, and what they use. It may name everything that the program has: templates,
    /// schemas, formats, destinations, services, and the types of plugins.
    ///
    /// - Throws: every mistake at once, as `check` shows them, or the first thing that can't be made or is taken.
    ///   Nothing has changed then.
    public func createFlows(_ configuration: Configuration) async throws(IntegrationError) {
        try load(configuration)
    }

    func load(_ configuration: Configuration) throws(IntegrationError) {
        let names = try state.withLock { state throws(IntegrationError) in
            try load(configuration, &state)
        }
        for name in names { startWhereRunning(name) }
    }

    /// Returns the names of the flows that were added.
    private func load(_ configuration: Configuration, _ state: inout State) throws(IntegrationError) -> [String] {
        let catalog = state.catalog
        let environment = ConfigurationEnvironment.process()
        let document = try read(configuration, catalog, environment, state)
        for declared in document.plugins { try state.check(declared) }
        let alerts = try document.monitoring.alerts.map(Self.alerts)

        // Made twice: the first time to see whether all of it can be.
        let trial = try EnginePlan(
            document, catalog: catalog, environment: environment.variables, storage: engine.storage)
        guard trial.storage == nil || engine.storage != nil else {
            throw IntegrationError(
                .cannotBuild, "the configuration needs storage or queues, and the program was made without a store",
                remedy: "Make it with one: `Integration(storage: Storage(in: \"data\"), …)`.")
        }
        try check(trial, state)
        try state.checkFree(destinations: trial.destinations.keys, services: trial.lookups.keys)
        let plan = try EnginePlan(
            document, catalog: catalog, environment: environment.variables, directory: engine.directory,
            storage: engine.storage, registry: services)
        var shared = plan.destinations
        var flows = plan.flows
        for index in flows.indices {
            // What a flow has written inline goes with it.
            for (name, destination) in plan.destinations where name.hasPrefix(flows[index].name + "/") {
                guard !document.destinations.contains(where: { $0.name == name }) else { continue }
                flows[index].ownDestinations[name] = destination
                shared[name] = nil
            }
        }
        let number = state.addConfiguration(of: flows.map(\.name))
        try add(shared, owner: .configuration(number), &state)
        engine.add(plan.connectors)
        try add(plan.lookups, owner: .configuration(number), &state)
        services.add(plan.services)
        state.typesOfServices.merge(plan.typesOfServices) { _, new in new }
        for flow in flows { try create(flow, types: plan.typesOfFlows[flow.name] ?? [], &state) }
        if let alerts { monitor.configure(alerts) }
        return flows.map(\.name)
    }

    /// The store that a configuration by itself asks for.
    static func storage(of configuration: Configuration) throws(IntegrationError) -> Storage? {
        let loader = ConfigurationLoader(catalog: .standard, environment: .process())
        let loaded =
            switch configuration {
            case .yaml(let text, let file): loader.load(text: text, file: file)
            case .files(let paths): loader.load(paths: paths)
            }
        // Mistakes are told when all of it is read.
        guard let document = loaded.document, !loaded.diagnostics.blocksRun else { return nil }
        return try EnginePlan(document, catalog: .standard).storage
    }

    private func read(
        _ configuration: Configuration, _ catalog: Catalog, _ environment: ConfigurationEnvironment, _ state: State
    ) throws(IntegrationError) -> ConfigurationDocument {
        var loader = ConfigurationLoader(catalog: catalog, environment: environment)
        loader.provided.destinations = state.destinations.mapValues(\.part)
        loader.provided.services = Set(state.services.keys)
        loader.provided.templates = state.transformers.templates.mapValues { ConfigurationNode($0) }
        loader.provided.schemas = state.transformers.schemas
        let loaded =
            switch configuration {
            case .yaml(let text, let file): loader.load(text: text, file: file)
            case .files(let paths): loader.load(paths: paths)
            }
        guard let document = loaded.document, !loaded.diagnostics.blocksRun else {
            throw IntegrationError(
                .cannotBuild, "the configuration has mistakes", causes: [loaded.refusal()],
                remedy: "Correct what is named; `integration check` shows the same.")
        }
        return document
    }

    /// Builds everything in an engine that never runs.
    private func check(_ plan: EnginePlan, _ state: State) throws(IntegrationError) {
        for flow in plan.flows where engine.snapshot(of: flow.name) != nil {
            throw IntegrationError(.flowExists, "there is a flow named `\(flow.name)` already")
        }
        let trial = plan.engine(logger: logger, clock: clock, processors: 1)
        for (name, entry) in state.destinations { trial.add(entry.part, as: name) }
        for (name, entry) in state.services { trial.add(entry.part, as: name) }
        try trial.validate()
    }

    private static func alerts(_ alerts: AlertConfiguration) throws(IntegrationError) -> AlertConfig {
        for case .destination in alerts.notify {
            throw IntegrationError(
                .cannotBuild, "alerts can only be told to the log in this build",
                remedy: "Write `notify: [log]`, or leave `notify` out.")
        }
        let config = AlertConfig(
            errorThreshold: alerts.errorThreshold, latencyThreshold: alerts.latencyThreshold, window: alerts.window)
        try config.check()
        return config
    }
}
