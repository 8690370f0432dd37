public import IntegrationCore
internal import IntegrationDocument
public import Logging
public import ServiceLifecycle
internal import Synchronization

/// Runs flows: opens what they share, builds each, and drains all when it is told to stop.
public final class Engine: Service {
    public let flows: [Flow]
    private let destinations: [String: any Destination]
    private let lookups: [String: any Lookup]
    private let logger: Logger
    private let clock: any TimeSource
    private let random: RandomSource
    private let processors: Int
    private let mode: Mode
    /// Dead letters of flows without a `dlq`.
    public let memoryDeadLetters = MemoryDeadLetters()
    private let runners = Mutex<[String: FlowRunner]>([:])
    private let shutdown = ShutdownSignal()

    /// When `run()` returns.
    public enum Mode: Sendable {
        /// When it is told to stop.
        case untilStopped
        /// When every flow has finished as well.
        case untilIdle
    }

    /// - Parameters:
    ///   - destinations: everything that flows name as a destination, by name; opened once and shared.
    ///   - lookups: services that steps ask, by name.
    ///   - random: what jitter is drawn from.
    ///   - processors: how many processors lanes are counted for.
    public init(
        flows: [Flow], destinations: [String: any Destination], lookups: [String: any Lookup] = [:],
        logger: Logger, clock: any TimeSource = SystemClock(), random: RandomSource = .system, processors: Int,
        mode: Mode = .untilStopped
    ) {
        self.flows = flows
        self.destinations = destinations
        self.lookups = lookups
        self.logger = logger
        self.clock = clock
        self.random = random
        self.processors = processors
        self.mode = mode
    }

    /// What each flow has done so far, in the order of the configuration.
    public var snapshots: [FlowSnapshot] {
        let runners = runners.withLock { $0 }
        return flows.map { runners[$0.name]?.snapshot ?? FlowSnapshot(flow: $0.name, state: .created) }
    }

    /// Builds every flow without opening anything.
    ///
    /// - Throws: the first part that can't be built.
    public func validate() throws(IntegrationError) {
        for flow in flows { _ = try buildSteps(flow) }
    }

    /// Runs every flow; returns when told to stop and drained, or, in mode `untilIdle`, when all have finished.
    ///
    /// A flow that fails stops alone; its snapshot says why.
    ///
    /// - Throws: when something can't be opened or built.
    public func run() async throws {
        try validate()
        let context = FlowContext(flow: "", logger: logger, clock: clock, random: random, shutdown: shutdown)
        try await withGracefulShutdownHandler {
            try await openLookups(lookups.sorted { $0.key < $1.key }[...], [:], context) { finders in
                try await self.openDestinations(self.destinations.sorted { $0.key < $1.key }[...], [:], context) {
                    senders in
                    try await self.runFlows(senders: senders, finders: finders)
                }
            }
        } onGracefulShutdown: {
            self.stop()
        }
    }

    /// Stops reading and lets what is in hand be finished.
    public func stop() { shutdown.signal() }

    // MARK: Opening

    private func openLookups(
        _ rest: ArraySlice<(key: String, value: any Lookup)>, _ opened: [String: any Finder], _ context: FlowContext,
        _ body: ([String: any Finder]) async throws -> Void
    ) async throws {
        guard let (name, lookup) = rest.first else { return try await body(opened) }
        try await lookup.withFinder(in: context) { finder in
            var opened = opened
            opened[name] = finder
            try await openLookups(rest.dropFirst(), opened, context, body)
        }
    }

    private func openDestinations(
        _ rest: ArraySlice<(key: String, value: any Destination)>, _ opened: [String: any Sender],
        _ context: FlowContext, _ body: ([String: any Sender]) async throws -> Void
    ) async throws {
        guard let (name, destination) = rest.first else { return try await body(opened) }
        try await destination.withSender(in: context) { sender in
            var opened = opened
            opened[name] = sender
            try await openDestinations(rest.dropFirst(), opened, context, body)
        }
    }

    // MARK: Building

    private func buildSteps(_ flow: Flow) throws(IntegrationError) -> (FlowBuild, [Pipeline.NamedStep]) {
        let build = FlowBuild(
            flow: flow.name, destinations: flow.destination.map { [$0] } ?? [], services: Set(lookups.keys))
        var steps: [Pipeline.NamedStep] = []
        for step in flow.steps {
            do {
                steps.append(Pipeline.NamedStep(name: step.name, step: try step.makeStep(build)))
            } catch {
                var error = error
                if error.component == nil { error.component = "step \(step.name) of flow \(flow.name)" }
                throw error
            }
        }
        var named = build.destinations
        if let deadLetters = flow.errorHandling.deadLetters { named.append(deadLetters) }
        for name in named where destinations[name] == nil {
            throw IntegrationError(.cannotBuild, "there is no destination `\(name)`", component: "flow \(flow.name)")
        }
        return (build, steps)
    }

    private func makeRunner(
        _ flow: Flow, senders: [String: any Sender], finders: [String: any Finder]
    ) throws(IntegrationError) -> FlowRunner {
        let (build, steps) = try buildSteps(flow)
        var open: [any Sender] = []
        for name in build.destinations {
            guard let sender = senders[name] else {
                throw IntegrationError(.cannotBuild, "destination `\(name)` is not open")
            }
            open.append(sender)
        }
        let pipeline = Pipeline(
            steps: steps, destinationNames: build.destinations, senders: open,
            defaultDestination: flow.destination.flatMap { build.destinations.firstIndex(of: $0) },
            literals: build.literals.block())
        var logger = logger
        logger[metadataKey: "flow"] = "\(flow.name)"
        let context = FlowContext(
            flow: flow.name, logger: logger, clock: clock, random: random, finders: finders, shutdown: shutdown)
        let sink: any DeadLetterSink =
            flow.errorHandling.deadLetters.flatMap { senders[$0] }.map { EnvelopeSink(sender: $0) } ?? memoryDeadLetters
        return FlowRunner(flow, pipeline: pipeline, context: context, deadLetters: sink, processors: processors)
    }

    // MARK: Running

    private func runFlows(senders: [String: any Sender], finders: [String: any Finder]) async throws {
        for flow in flows {
            let runner = try makeRunner(flow, senders: senders, finders: finders)
            runners.withLock { $0[flow.name] = runner }
            for call in senders.values.flatMap(\.calls) where call.flow == flow.name { call.connect(runner) }
        }
        let running = runners.withLock { $0 }
        await withTaskGroup(of: Void.self) { group in
            for runner in running.values { group.addTask { await self.run(runner) } }
            await group.waitForAll()
        }
        if case .untilStopped = mode {
            // Finite flows are through; the engine stays up for those who ask what happened.
            await shutdown.wait()
        }
    }

    private func run(_ runner: FlowRunner) async {
        do {
            try await runner.run()
        } catch is CancellationError {
            logger.warning("flow was cut off before it had drained", metadata: ["flow": "\(runner.flow.name)"])
        } catch let error as IntegrationError {
            logger.error(
                "flow stopped",
                metadata: ["flow": "\(runner.flow.name)", "code": "\(error.code)", "error": "\(error.message)"])
        } catch {
            logger.error("flow stopped", metadata: ["flow": "\(runner.flow.name)", "error": "\(error)"])
        }
    }
}
