public import IntegrationCore
public import IntegrationEngine
internal import IntegrationServices
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
public final class Integration: Service {
    let engine: Engine
    let services = ServiceRegistry()
    let logger: Logger
    let clock: any TimeSource
    let hooks: HookRunner
    let monitor: AlertMonitor
    let state = Mutex(State())

    /// An engine without flows.
    ///
    /// - Parameters:
    ///   - storage: where queues, positions and dead letters are kept; nil where nothing outlives the process.
    ///   - mode: whether `run()` returns when every flow has finished, or only when it is told to stop.
    ///   - random: what jitter is drawn from.
    ///   - processors: how many processors to count lanes for.
    public init(
        storage: Storage? = nil, logger: Logger, clock: any TimeSource = SystemClock(), random: RandomSource = .system,
        mode: Engine.Mode = .untilStopped, processors: Int = Integration.processors
    ) {
        self.logger = logger
        self.clock = clock
        engine = Engine(
            storage: storage, logger: logger, clock: clock, random: random, processors: processors, mode: mode)
        hooks = HookRunner(logger: logger, clock: clock)
        monitor = AlertMonitor(engine: engine, logger: logger, clock: clock)
    }

    /// An engine with the flows of a configuration, and the store that it asks for. Nothing is opened.
    ///
    /// - Throws: every mistake of the configuration at once, as `check` shows them.
    public convenience init(
        configuration: Configuration, logger: Logger, clock: any TimeSource = SystemClock(),
        random: RandomSource = .system, mode: Engine.Mode = .untilStopped, processors: Int = Integration.processors
    ) throws(IntegrationError) {
        self.init(
            storage: try Self.storage(of: configuration), logger: logger, clock: clock, random: random, mode: mode,
            processors: processors)
        try load(configuration)
    }

    /// Processors that this machine lets the program use.
    public static var processors: Int { SystemClock.processors }

    /// Services whose endpoints come and go.
    public var mesh: ServiceMesh { ServiceMesh(integration: self) }

    /// Runs the plugins' hooks and every flow; returns when told to stop and drained, or when every flow has finished
    /// where the mode says so.
    ///
    /// - Throws: `hookFailed` when a hook fails before the flows start: what earlier hooks did is undone by the
    ///   `postShutdown` hooks, and the error says so.
    public func run() async throws {
        try state.withLock { state throws(IntegrationError) in
            guard state.phase == .idle else { throw IntegrationError(.runsAlready, "`run()` has not returned yet") }
            state.phase = .starting
        }
        do {
            try await startPlugins()
            try await runEngine()
        } catch {
            let (ended, failures) = await endPlugins()
            guard let reason = error as? IntegrationError, reason.code == .hookFailed else { throw error }
            throw tell(reason, ended: ended, failures: failures)
        }
        await endPlugins()
    }

    /// Stops reading everywhere, lets what is in hand be finished, and ends `run()`.
    public func stop() { engine.stop() }

    /// Runs the flows, and watches them.
    private func runEngine() async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await self.engine.run()
                return true
            }
            group.addTask {
                await self.monitor.watch()
                return false
            }
            defer { group.cancelAll() }
            while try await group.next() == false {}
        }
        // What happened since the last look.
        monitor.look()
    }
}
