internal import IntegrationConfiguration
internal import IntegrationCore
internal import IntegrationEngine
internal import IntegrationResilience
internal import IntegrationServer
internal import IntegrationServices

/// What a run reads: files and overrides as they were given, and the flows that are kept in the storage folder.
struct RunConfiguration: Sendable {
    let paths: [String]
    let overrides: [String]
    let catalog: Catalog
    let environment: ConfigurationEnvironment
    /// Whether files are read from their beginning, whatever of them was settled before.
    let readsFromStart: Bool
    /// The services of the run, and their endpoints; what is registered at run time outlives reloads.
    let services = ServiceRegistry()

    init(
        paths: [String], overrides: [String], catalog: Catalog, environment: ConfigurationEnvironment = .process(),
        readsFromStart: Bool = false
    ) {
        self.readsFromStart = readsFromStart
        self.paths = paths
        self.overrides = overrides
        self.catalog = catalog
        self.environment = environment
    }

    private var loader: ConfigurationLoader { ConfigurationLoader(catalog: catalog, environment: environment) }

    /// What was read, and what of it was kept.
    struct Loaded: Sendable {
        var configuration: LoadedConfiguration
        /// The storage folder; nil without one.
        var storage: String?
        var kept: [KeptFlows.Kept] = []
        /// Flows of the files that are left out because they were deleted.
        var deleted: Set<String> = []
    }

    /// Reads everything.
    ///
    /// - Parameters:
    ///   - added: texts besides those that are kept.
    ///   - without: flows to leave out besides those that were deleted.
    /// - Throws: where the storage folder can't be read.
    func load(
        added: [AddedText] = [], without: Set<String> = []
    ) throws(IntegrationError) -> Loaded {
        let files = loader.load(paths: paths, overrides: overrides)
        let storage = SocketPlace.storage(files.root)
        var loaded = Loaded(configuration: files, storage: storage)
        if let storage { (loaded.kept, loaded.deleted) = try KeptFlows(storage: storage).read() }
        let leaving = loaded.deleted.union(without)
        let texts = loaded.kept.map(\.text) + added
        guard !leaving.isEmpty || !texts.isEmpty else { return loaded }
        loaded.configuration = loader.load(paths: paths, overrides: overrides, withoutFlows: leaving, added: texts)
        return loaded
    }

    func flowNames(in text: AddedText) -> [String] { loader.flowNames(in: text) }

    /// Where the engine's socket is.
    func socketPlace(_ root: ConfigurationNode?) -> SocketPlace {
        SocketPlace(root, configuration: paths, environment: environment.variables)
    }

    func connectors(of document: ConfigurationDocument, _ root: ConfigurationNode) -> [ConfiguredConnector] {
        ConfiguredConnector.all(of: document, root, catalog: catalog, environment: environment.variables)
    }

    /// - Parameters:
    ///   - directory: that of the engine that will run the plan.
    ///   - running: the storage of that engine, where it runs already.
    ///   - connectors: those of that engine which are what they were.
    func plan(
        _ document: ConfigurationDocument, in directory: FlowDirectory = FlowDirectory(), running: Storage? = nil,
        connectors: ConnectorDirectory = ConnectorDirectory()
    ) throws(IntegrationError) -> EnginePlan {
        try EnginePlan(
            document, catalog: catalog, environment: environment.variables, directory: directory, storage: running,
            connectors: connectors, registry: services, readsFromStart: readsFromStart)
    }
}
