internal import Glibc
internal import IntegrationConfiguration
internal import IntegrationCore
internal import IntegrationEngine
internal import IntegrationServer
internal import IntegrationServices
internal import Logging
internal import ServiceLifecycle
internal import UnixSignals

/// One run of an engine, from its start until it has drained.
struct FlowRun {
    let plan: EnginePlan
    let mode: Engine.Mode
    let level: Logger.Level
    let line: StatusLine
    let configuration: RunConfiguration
    /// What the plan was made of.
    let document: ConfigurationDocument
    let root: ConfigurationNode
    /// The storage folder; nil without one.
    let storage: String?
    /// The configuration whose files are watched; nil where saving one changes nothing.
    let watched: LoadedConfiguration?
    let clock: any TimeSource = SystemClock()

    /// What is left when everything is closed.
    struct Outcome {
        var snapshots: [FlowSnapshot]
        var elapsed: Duration
        var memoryDeadLetters: [DeadLetter] = []
        /// What stopped the whole: something could not be opened or built.
        var error: IntegrationError?
    }

    func run() async -> Outcome {
        let logs = FlowLogs()
        let logger = Logger(label: "integration") { _ in
            RecordingLogHandler(HumanLogHandler(line, level: level), into: logs, clock: clock)
        }
        let engine = plan.engine(logger: logger, clock: clock, processors: SystemClock.processors, mode: mode)
        // What only reading the configuration needed is given back before the work begins.
        ExecutablePages.release()
        let start = clock.now
        let connectors = ConfiguredConnectors(configuration.connectors(of: document, root), clock: clock)
        let flows = ConfiguredFlows(configuration, engine: engine, connectors: connectors, root: root)
        var stopped: IntegrationError?
        do {
            try restoreServices()
            let socket = try socket(logger)
            let group = ServiceGroup(configuration: services(engine, flows, connectors, logs, socket, logger))
            try await Interrupts.watched(engine, line, grace: plan.grace) { try await group.run() }
        } catch let error as IntegrationError {
            stopped = error
        } catch is CancellationError {
            logger.warning("flows were cut off before they had drained")
        } catch {
            stopped = IntegrationError(.stepFailed, "\(error)")
        }
        line.end()
        return Outcome(
            snapshots: engine.snapshots, elapsed: clock.now - start,
            memoryDeadLetters: engine.memoryDeadLetters.letters, error: stopped)
    }

    /// Tells the registry of the services, and of what was registered in earlier runs.
    ///
    /// - Throws: where that can't be read.
    private func restoreServices() throws(IntegrationError) {
        configuration.services.replace(with: plan.services)
        guard let storage else { return }
        for kept in try KeptRegistrations(storage: storage).read() { configuration.services.restore(kept) }
    }

    /// The socket of the admin API; nil, with a warning, where the run can do without.
    ///
    /// - Throws: where the configuration gives the socket its place.
    private func socket(_ logger: Logger) throws(IntegrationError) -> SocketFile? {
        let place = configuration.socketPlace(root)
        do throws(IntegrationError) {
            return try SocketFile(place.path)
        } catch {
            if place.isOwn { throw error }
            logger.warning(
                "flows can't be looked after while they run",
                metadata: ["code": "\(error.code)", "error": "\(error.message)"])
            return nil
        }
    }

    /// The last service stops first.
    private func services(
        _ engine: Engine, _ flows: ConfiguredFlows, _ connectors: ConfiguredConnectors, _ logs: FlowLogs,
        _ socket: SocketFile?, _ logger: Logger
    ) -> ServiceGroupConfiguration {
        typealias Member = ServiceGroupConfiguration.ServiceConfiguration
        var members: [any Service] = []
        if line.isShown { members.append(Progress(engine: engine, line: line, clock: clock)) }
        var server: [any Service] = []
        if let socket {
            var services = AdminServices(
                clock: clock,
                about: EngineInformation(
                    name: plan.name, version: Version.current, process: Int(getpid()), storage: storage,
                    started: clock.now))
            let rates = FlowRates()
            services.engine = engine
            services.flows = flows
            services.connectors = connectors
            services.registry = configuration.services
            services.registrations = storage.map { KeptRegistrations(storage: $0) }
            services.logs = logs
            services.rates = rates
            server = [
                RateSampler(engine, into: rates, clock: clock),
                SocketServer(socket, services: services, logger: logger),
            ]
        }
        server.append(ExecutablePages(engine: engine, clock: clock))
        if let watched {
            server.append(SavedFiles(watched, flows: flows, configuration: configuration, line: line, clock: clock))
        }
        var quiet = logger
        // Its own words are about services, which mean nothing here.
        quiet.logLevel = .warning
        var configuration = ServiceGroupConfiguration(
            services: members.map { Member(service: $0, successTerminationBehavior: .ignore) }
                + [
                    Member(
                        service: engine, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup)
                ] + server.map { Member(service: $0, successTerminationBehavior: .ignore) },
            gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet)
        configuration.maximumGracefulShutdownDuration = plan.grace
        return configuration
    }
}
