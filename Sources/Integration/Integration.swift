internal import IntegrationConfiguration
public import IntegrationCore
public import IntegrationEngine
public import Logging
public import ServiceLifecycle
internal import Synchronization

/// Integration in a Swift program: flows written in Swift or YAML, run by one engine.
///
/// ```swift
/// let integration = Integration(logger: Logger(label: "orders"))
/// try await integration.createFlow(flow)
/// try await integration.run()
/// ```
public final class Integration: Service, FlowManager, PluginManager {
    private struct State {
        var plugins: [Plugin] = []
        var isRunning = false
    }

    private let engine: Engine
    private let logger: Logger
    private let clock: any TimeSource
    private let state = Mutex(State())

    /// - Parameters:
    ///   - mode: whether `run()` returns when every flow has finished, or only when it is told to stop.
    ///   - processors: how many processors to count lanes for.
    public init(
        logger: Logger, clock: any TimeSource = SystemClock(), mode: Engine.Mode = .untilStopped,
        processors: Int = Integration.processors
    ) {
        self.logger = logger
        self.clock = clock
        engine = Engine(logger: logger, clock: clock, processors: processors, mode: mode)
    }

    /// Processors that this machine lets the program use.
    public static var processors: Int { SystemClock.processors }

    // MARK: Flows

    public func createFlow(_ flow: Flow) async throws(IntegrationError) {
        try engine.create(flow)
        if state.withLock({ $0.isRunning }) { try engine.start(flow.name) }
    }

    public func startFlow(_ name: String) async throws(IntegrationError) { try engine.start(name) }

    public func stopFlow(_ name: String) async throws(IntegrationError) { try engine.stop(name) }

    public func deleteFlow(_ name: String) async throws(IntegrationError) { try engine.delete(name) }

    public func getFlowStatus(_ name: String) async throws(IntegrationError) -> FlowStatus {
        guard let snapshot = engine.snapshot(of: name) else {
            throw IntegrationError(.flowUnknown, "there is no flow named `\(name)`")
        }
        return snapshot
    }

    /// What every flow has done so far.
    public func listFlows() async -> [FlowStatus] { engine.snapshots }

    /// Dead letters of flows that name no `dlq`.
    public var deadLetters: [DeadLetter] { engine.memoryDeadLetters.letters }

    /// The flows of a YAML text, read with everything that comes with Integration and with what plugins contribute.
    ///
    /// - Parameters:
    ///   - yaml: a whole configuration; relative paths are taken from the current folder.
    ///   - file: what mistakes call it.
    /// - Throws: every mistake at once, as `check` shows them.
    public func createFlows(yaml: String, file: String = "integration.yaml") async throws(IntegrationError) {
        var catalog = Catalog.standard
        for plugin in state.withLock({ $0.plugins }) { plugin.contribute(&catalog) }
        let loaded = ConfigurationLoader(catalog: catalog).load(text: yaml, file: file)
        guard let document = loaded.document, !loaded.diagnostics.escalated().hasErrors else {
            throw IntegrationError(.cannotBuild, "the configuration has mistakes", causes: [loaded.refusal()])
        }
        let plan = try EnginePlan(document, catalog: catalog, directory: engine.directory)
        for (name, destination) in plan.destinations { engine.add(destination, as: name) }
        for (name, lookup) in plan.lookups { engine.add(lookup, as: name) }
        for flow in plan.flows { try await createFlow(flow) }
    }

    // MARK: Connectors

    /// Adds destinations and services that flows name.
    public func configureConnectors(
        destinations: [String: any Destination] = [:], services: [String: any Lookup] = [:]
    ) async {
        for (name, destination) in destinations { engine.add(destination, as: name) }
        for (name, lookup) in services { engine.add(lookup, as: name) }
    }

    // MARK: Plugins

    public func registerPlugin(_ plugin: Plugin) async throws(IntegrationError) {
        let isTaken = state.withLock { state in
            if state.plugins.contains(where: { $0.name == plugin.name }) { return true }
            state.plugins.append(plugin)
            return false
        }
        if isTaken { throw IntegrationError(.pluginExists, "there is a plugin named `\(plugin.name)` already") }
    }

    public func unregisterPlugin(_ name: String) async throws(IntegrationError) {
        let (isKnown, isRunning) = state.withLock { state in
            let isKnown = state.plugins.contains { $0.name == name }
            if !state.isRunning { state.plugins.removeAll { $0.name == name } }
            return (isKnown, state.isRunning)
        }
        guard isKnown else { throw IntegrationError(.pluginUnknown, "there is no plugin named `\(name)`") }
        if isRunning { throw IntegrationError(.pluginInUse, "plugin `\(name)` may be in use while the engine runs") }
    }

    public func getPlugin(_ name: String) async throws(IntegrationError) -> Plugin {
        guard let plugin = state.withLock({ $0.plugins.first { $0.name == name } }) else {
            throw IntegrationError(.pluginUnknown, "there is no plugin named `\(name)`")
        }
        return plugin
    }

    public func listPlugins() async -> [Plugin] { state.withLock { $0.plugins } }

    // MARK: Running

    /// Runs the plugins' hooks and every flow; returns when told to stop and drained, or when every flow has finished
    /// where the mode says so.
    public func run() async throws {
        let plugins = state.withLock { $0.plugins }
        var started: [Plugin] = []
        do {
            for plugin in plugins {
                started.append(plugin)
                try await run(.preStartup, of: plugin)
            }
            for plugin in plugins { try await run(.startup, of: plugin) }
            state.withLock { $0.isRunning = true }
            try await engine.run()
        } catch {
            // What was begun is ended, the failure goes on.
            state.withLock { $0.isRunning = false }
            await end(started)
            throw error
        }
        state.withLock { $0.isRunning = false }
        await end(started)
    }

    /// Stops reading everywhere, lets what is in hand be finished, and ends `run()`.
    public func stop() { engine.stop() }

    private func end(_ plugins: [Plugin]) async {
        for plugin in plugins.reversed() {
            do {
                try await run(.postShutdown, of: plugin)
            } catch {
                logger.error("a hook failed", metadata: ["plugin": "\(plugin.name)", "error": "\(error)"])
            }
        }
    }

    private func run(_ moment: Hook.Moment, of plugin: Plugin) async throws {
        for hook in plugin.hooks where hook.moment == moment {
            let clock = clock
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    try await hook.handler()
                    return true
                }
                group.addTask {
                    try await clock.sleep(for: hook.timeout)
                    return false
                }
                defer { group.cancelAll() }
                guard try await group.next() == true else {
                    throw IntegrationError(
                        .hookFailed,
                        "the \(moment.rawValue) hook of plugin `\(plugin.name)` took more than \(hook.timeout)")
                }
            }
        }
    }
}
