public import IntegrationCore
public import IntegrationEngine
public import IntegrationServices
public import IntegrationStore

/// What handlers work on. Each part may be missing: a stopped engine's folder has only a store.
public struct AdminServices: Sendable {
    public var engine: Engine?
    /// What creates, deletes and reloads flows.
    public var flows: (any FlowAdministration)?
    /// The services that flows ask, and their endpoints.
    public var registry: ServiceRegistry?
    /// What keeps registrations for the next runs; nil where nothing does.
    public var registrations: (any RegistrationKeeper)?
    public var logs: FlowLogs?
    public var rates: FlowRates?
    /// Knows the configuration's connectors.
    public var connectors: (any ConnectorAdministration)?
    /// Reads the store.
    public var reader: (any StoreReader)?
    /// Changes the store; nil where it was opened for reading.
    public var store: (any Store)?
    public var clock: any TimeSource
    public var about: EngineInformation

    public init(clock: any TimeSource = SystemClock(), about: EngineInformation) {
        self.clock = clock
        self.about = about
    }

    func runningEngine() throws(IntegrationError) -> Engine {
        if let engine { return engine }
        throw IntegrationError(.engineNotRunning, "this needs a running engine")
    }

    func administration() throws(IntegrationError) -> any FlowAdministration {
        if let flows { return flows }
        throw IntegrationError(.engineNotRunning, "this needs a running engine that reads a configuration")
    }

    func connectorAdministration() throws(IntegrationError) -> any ConnectorAdministration {
        if let connectors { return connectors }
        throw IntegrationError(.engineNotRunning, "this needs an engine that reads a configuration")
    }

    func services() throws(IntegrationError) -> ServiceRegistry {
        if let registry { return registry }
        throw IntegrationError(.engineNotRunning, "this needs a running engine that reads a configuration")
    }

    func readableStore() throws(IntegrationError) -> any StoreReader {
        if let reader { return reader }
        if let storage = engine?.storage { return try storage.store }
        throw IntegrationError(.noStorage, "the engine keeps nothing: its configuration has no `storage:`")
    }

    func writableStore() throws(IntegrationError) -> any Store {
        if let store { return store }
        if let storage = engine?.storage { return try storage.store }
        _ = try readableStore()
        throw IntegrationError(.noStorage, "the store was opened for reading")
    }
}

/// Who the engine is.
public struct EngineInformation: Sendable {
    public var name: String
    public var version: String
    public var process: Int
    /// The storage folder; nil without one.
    public var storage: String?
    /// Monotonic time of the start.
    public var started: Duration

    public init(name: String, version: String, process: Int, storage: String?, started: Duration) {
        self.name = name
        self.version = version
        self.process = process
        self.storage = storage
        self.started = started
    }
}
