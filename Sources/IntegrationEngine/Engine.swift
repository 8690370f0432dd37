public import IntegrationCore
internal import IntegrationStore
public import Logging
public import ServiceLifecycle
internal import Synchronization

/// Runs flows, which come and go while it runs; opens what they share once, and drains all when it is told to stop.
public final class Engine: Service {
    /// When `run()` returns.
    public enum Mode: Sendable {
        /// When it is told to stop.
        case untilStopped
        /// When every flow has finished as well.
        case untilIdle
    }

    let logger: Logger
    let clock: any TimeSource
    let random: RandomSource
    let processors: Int
    /// Where flows that call each other find each other.
    public let directory: FlowDirectory
    private let mode: Mode
    /// Where queues, positions and dead letters are kept; nil where nothing outlives the process.
    public let storage: Storage?
    /// Dead letters of flows without a `dlq` where there is no store.
    public let memoryDeadLetters = MemoryDeadLetters()

    private enum Command: Sendable {
        case run(ManagedFlow, ShutdownSignal)
        case keep(@Sendable () async -> Void)
        case end
    }

    private struct State {
        var order: [String] = []
        var flows: [String: ManagedFlow] = [:]
        var senders: [String: SharedScope<any Sender>] = [:]
        var finders: [String: SharedScope<any Finder>] = [:]
        var broadcasts: [String: [String]] = [:]
        var shutdowns: [String: ShutdownSignal] = [:]
        var commands: AsyncStream<Command>.Continuation?
        var isStopping = false
    }

    private let state: Mutex<State>
    private let shutdown = ShutdownSignal()
    /// What writes to the event log while the store is open.
    private let recorder = Mutex<Recorder?>(nil)
    /// Given when every flow that was there at the beginning has been told to start.
    private let started = ShutdownSignal()
    /// Given when everything is done and nobody is left who could bring more.
    private let ending = ShutdownSignal()

    /// - Parameters:
    ///   - flows: started as soon as the engine runs.
    ///   - destinations: everything that flows name as a destination, by name; opened when first used, and shared.
    ///   - lookups: services that steps ask, by name.
    ///   - directory: the one that `CallDestination`s were made with.
    ///   - storage: the one that queue sources and destinations were made with; opened for as long as the engine runs.
    ///   - random: what jitter is drawn from.
    ///   - processors: how many processors lanes are counted for.
    public init(
        flows: [Flow] = [], destinations: [String: any Destination] = [:], lookups: [String: any Lookup] = [:],
        directory: FlowDirectory = FlowDirectory(), storage: Storage? = nil, logger: Logger,
        clock: any TimeSource = SystemClock(), random: RandomSource = .system, processors: Int,
        mode: Mode = .untilStopped
    ) {
        self.logger = logger
        self.clock = clock
        self.random = random
        self.processors = processors
        self.mode = mode
        self.directory = directory
        self.storage = storage
        state = Mutex(State())
        for (name, destination) in destinations { add(destination, as: name) }
        for (name, lookup) in lookups { add(lookup, as: name) }
        for flow in flows {
            addOwn(of: flow)
            state.withLock { Self.insert(flow, &$0) }
        }
    }

    private func removeOwn(of flow: Flow) {
        remove(destinations: flow.ownDestinations.keys, lookups: flow.ownLookups.keys)
    }

    private func addOwn(of flow: Flow) {
        for (name, destination) in flow.ownDestinations { add(destination, as: name) }
        for (name, lookup) in flow.ownLookups { add(lookup, as: name) }
    }

    private static func insert(_ flow: Flow, _ state: inout State) {
        if state.flows[flow.name] == nil { state.order.append(flow.name) }
        state.flows[flow.name] = ManagedFlow(flow)
    }

    // MARK: What flows use

    /// Adds a destination that flows can name.
    public func add(_ destination: any Destination, as name: String) {
        let context = FlowContext(flow: "", logger: logger, clock: clock, random: random, shutdown: shutdown)
        state.withLock { state in
            state.broadcasts[name] = (destination as? BroadcastDestination)?.members
            state.senders[name] = SharedScope(name, logger: logger) { use in
                try await destination.withSender(in: context) { await use($0) }
            }
        }
    }

    /// Adds a service that steps can ask.
    public func add(_ lookup: any Lookup, as name: String) {
        let context = FlowContext(flow: "", logger: logger, clock: clock, random: random, shutdown: shutdown)
        state.withLock { state in
            state.finders[name] = SharedScope(name, logger: logger) { use in
                try await lookup.withFinder(in: context) { await use($0) }
            }
        }
    }

    /// Takes out what no flow names any more; whoever still uses it keeps it until then.
    public func remove(destinations: some Sequence<String>, lookups: some Sequence<String>) {
        state.withLock { state in
            for name in destinations {
                state.senders[name] = nil
                state.broadcasts[name] = nil
            }
            for name in lookups { state.finders[name] = nil }
        }
    }

    // MARK: Flows

    /// What each flow has done so far, in the order they were added.
    public var snapshots: [FlowSnapshot] {
        let flows = state.withLock { state in state.order.compactMap { state.flows[$0] } }
        return flows.map(\.snapshot)
    }

    /// What a flow has done so far; nil where there is none of that name.
    public func snapshot(of name: String) -> FlowSnapshot? {
        state.withLock { $0.flows[name] }?.snapshot
    }

    /// How many messages a flow has settled since it was started last, and how many of them took longer than a limit.
    ///
    /// The limit is met to about one part in a hundred. Both are zero where there is no flow of that name.
    public func settled(of name: String, slowerThan limit: Duration) -> (all: Int, slower: Int) {
        state.withLock { $0.flows[name] }?.settled(slowerThan: limit) ?? (0, 0)
    }

    /// Adds a flow, without starting it.
    ///
    /// - Throws: when a flow of that name exists, or something of it can't be built; nothing has changed then.
    public func create(_ flow: Flow) throws(IntegrationError) {
        let (isTaken, names) = state.withLock { state in
            (state.flows[flow.name] != nil, Set(state.senders.keys).union(state.finders.keys))
        }
        if isTaken { throw IntegrationError(.flowExists, "there is a flow named `\(flow.name)` already") }
        for name in flow.ownDestinations.keys.sorted() + flow.ownLookups.keys.sorted() where names.contains(name) {
            throw IntegrationError(
                .cannotBuild, "`\(name)` of flow `\(flow.name)` is the name of something else already")
        }
        addOwn(of: flow)
        do {
            _ = try build(flow)
        } catch {
            removeOwn(of: flow)
            throw error
        }
        let exists = state.withLock { state in
            if state.flows[flow.name] != nil { return true }
            Self.insert(flow, &state)
            return false
        }
        if exists { throw IntegrationError(.flowExists, "there is a flow named `\(flow.name)` already") }
    }

    /// Starts a flow that was created, stopped or has failed.
    ///
    /// - Throws: when there is none of that name, when it runs already, or when the engine does not run.
    public func start(_ name: String) throws(IntegrationError) {
        enum Refusal { case unknown, running, notRunning }
        let refusal: Refusal? = state.withLock { state in
            guard let managed = state.flows[name] else { return .unknown }
            guard let commands = state.commands, !state.isStopping else { return .notRunning }
            guard state.shutdowns[name] == nil else { return .running }
            let signal = ShutdownSignal()
            state.shutdowns[name] = signal
            managed.begin()
            directory.willStart(name)
            commands.yield(.run(managed, signal))
            return nil
        }
        switch refusal {
        case nil: return
        case .unknown: throw IntegrationError(.flowUnknown, "there is no flow named `\(name)`")
        case .running: throw IntegrationError(.flowExists, "flow `\(name)` is running already")
        case .notRunning: throw IntegrationError(.engineNotRunning, "the engine is not running")
        }
    }

    /// Tells a flow to stop reading, finish what is in hand, and end.
    ///
    /// - Throws: when there is no flow of that name. Stopping one that does not run changes nothing.
    public func stop(_ name: String) throws(IntegrationError) {
        let (isKnown, signal) = state.withLock { ($0.flows[name] != nil, $0.shutdowns[name]) }
        guard isKnown else { throw IntegrationError(.flowUnknown, "there is no flow named `\(name)`") }
        signal?.signal()
    }

    /// Removes a flow that does not run.
    ///
    /// - Throws: when there is none of that name, or it is still running.
    public func delete(_ name: String) throws(IntegrationError) {
        let (managed, isRunning) = state.withLock { state in
            let isRunning = state.shutdowns[name] != nil
            let managed = state.flows[name]
            if !isRunning {
                state.flows[name] = nil
                state.order.removeAll { $0 == name }
            }
            return (managed, isRunning)
        }
        guard let managed else { throw IntegrationError(.flowUnknown, "there is no flow named `\(name)`") }
        if !isRunning { return removeOwn(of: managed.flow) }
        throw IntegrationError(.flowExists, "flow `\(name)` is running; stop it first")
    }

    /// Builds every flow without opening anything.
    ///
    /// - Throws: the first part that can't be built.
    public func validate() throws(IntegrationError) {
        for flow in state.withLock({ state in state.order.compactMap { state.flows[$0]?.flow } }) {
            _ = try build(flow)
        }
        for name in directory.callees.sorted() where state.withLock({ $0.flows[name] == nil }) {
            throw IntegrationError(.cannotBuild, "`call: \(name)` names no flow")
        }
    }

    // MARK: Running

    /// Runs every flow; returns when told to stop and drained, or, in mode `untilIdle`, when all have finished.
    ///
    /// A flow that fails stops alone; its snapshot says why.
    ///
    /// - Throws: when a flow can't be built; nothing was opened then.
    public func run() async throws {
        try validate()
        if state.withLock({ $0.isStopping }) {
            for flow in state.withLock({ Array($0.flows.values) }) { flow.end(.stopped) }
            return
        }
        guard let storage else { return try await runFlows() }
        try await storage.withStore { store in
            let recorder = Recorder(store: store, clock: self.clock, logger: self.logger)
            self.recorder.withLock { $0 = recorder }
            defer { self.recorder.withLock { $0 = nil } }
            recorder.record("engine-started", flow: "")
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await self.prune(store) }
                group.addTask { await recorder.run() }
                if self.mode == .untilIdle { group.addTask { await self.endWhenIdle(storage, store) } }
                try await self.runFlows()
                group.cancelAll()
            }
            recorder.record("engine-stopped", flow: "")
            await recorder.flush()
        }
    }

    private func runFlows() async throws {
        let (stream, commands) = AsyncStream.makeStream(of: Command.self)
        let names = state.withLock { state in
            state.commands = commands
            return state.order
        }
        for name in names { try start(name) }
        started.signal()
        if shutdown.isSignalled { stop() }
        endIfIdle()
        await withGracefulShutdownHandler {
            await withTaskCancellationHandler {
                await withDiscardingTaskGroup { group in
                    loop: for await command in stream {
                        switch command {
                        case .run(let managed, let signal): group.addTask { await self.run(managed, signal) }
                        case .keep(let keeper): group.addTask { await keeper() }
                        case .end: break loop
                        }
                    }
                }
            } onCancel: {
                commands.yield(.end)
            }
        } onGracefulShutdown: {
            self.stop()
        }
        let unstarted = state.withLock { state in
            defer { state.shutdowns.removeAll() }
            state.commands = nil
            return state.shutdowns.keys.compactMap { state.flows[$0] }
        }
        for flow in unstarted {
            directory.leave(flow.flow.name)
            flow.end(.stopped)
        }
    }

    /// Stops reading everywhere, lets what is in hand be finished, and ends `run()`.
    public func stop() {
        let signals = state.withLock { state in
            state.isStopping = true
            return Array(state.shutdowns.values)
        }
        shutdown.signal()
        for signal in signals { signal.signal() }
        storage?.progress.wake()
        endIfIdle()
    }

    /// Lets flows that read the store's queues come to their end when all is done; until cancelled or stopped.
    private func endWhenIdle(_ storage: Storage, _ store: any Store) async {
        await started.wait()
        while !Task.isCancelled, !shutdown.isSignalled {
            let seen = storage.progress.count
            let flows = state.withLock { state in state.shutdowns.keys.compactMap { state.flows[$0] } }
            if await StoreIdleness(flows: flows).isIdle(store) { return ending.signal() }
            await storage.progress.wait(after: seen)
        }
    }

    /// Ends the loop when no flow runs any more and none is to come.
    private func endIfIdle() {
        let (commands, lingering): (AsyncStream<Command>.Continuation?, [ShutdownSignal]) = state.withLock { state in
            guard state.isStopping || mode == .untilIdle else { return (nil, []) }
            // Flows that only wait to be called end when nobody is left to call them.
            let working = state.shutdowns.keys.filter { name in
                guard directory.isCalled(name), let managed = state.flows[name] else { return true }
                return !managed.isLingering
            }
            if !working.isEmpty { return (nil, []) }
            return (state.commands, Array(state.shutdowns.values))
        }
        for signal in lingering { signal.signal() }
        if lingering.isEmpty { commands?.yield(.end) }
    }

    private func run(_ managed: ManagedFlow, _ signal: ShutdownSignal) async {
        let name = managed.flow.name
        do {
            let isOpened = try await signal.cuttingOff { opened in
                try await self.open(managed, signal, opened: opened)
            }
            if !isOpened { managed.end(.stopped) }
        } catch is CancellationError {
            managed.end(.stopped)
            logger.warning("flow was cut off before it had drained", metadata: ["flow": "\(name)"])
        } catch {
            let reason =
                error as? IntegrationError
                ?? IntegrationError(.stepFailed, "flow \(name) failed", causes: ["\(error)"])
            managed.end(.failed(reason))
            logger.error(
                "flow stopped", metadata: ["flow": "\(name)", "code": "\(reason.code)", "error": "\(reason.message)"])
        }
        directory.leave(name)
        state.withLock { $0.shutdowns[name] = nil }
        storage?.progress.wake()
        endIfIdle()
    }

    /// Opens what a flow uses, one inside the other, and runs it.
    private func open(
        _ managed: ManagedFlow, _ signal: ShutdownSignal, opened: @Sendable () -> Void
    ) async throws {
        let built = try build(managed.flow)
        let deadLetters = managed.flow.errorHandling.deadLetters.map { [$0] } ?? []
        let names = Array(Set(built.build.destinations + deadLetters)).sorted()
        let (senders, finders) = state.withLock { ($0.senders, $0.finders) }
        let services = built.build.usedServices.sorted()
        try await use(services.compactMap { name in finders[name].map { (name, $0) } }[...], [:]) { finders in
            try await self.use(names.compactMap { name in senders[name].map { (name, $0) } }[...], [:]) { senders in
                opened()
                try await self.run(managed, built, senders: senders, finders: finders, signal)
            }
        }
    }

    private func use<Value: Sendable>(
        _ rest: ArraySlice<(key: String, value: SharedScope<Value>)>, _ opened: [String: Value],
        _ body: ([String: Value]) async throws -> Void
    ) async throws {
        guard let (name, scope) = rest.first else { return try await body(opened) }
        try await scope.use { keeper in
            _ = state.withLock { $0.commands?.yield(.keep(keeper)) }
        } _: { value in
            var opened = opened
            opened[name] = value
            try await use(rest.dropFirst(), opened, body)
        }
    }

    private func run(
        _ managed: ManagedFlow, _ built: BuiltFlow, senders: [String: any Sender], finders: [String: any Finder],
        _ signal: ShutdownSignal
    ) async throws {
        let flow = managed.flow
        var logger = logger
        logger[metadataKey: "flow"] = "\(flow.name)"
        let context = FlowContext(
            flow: flow.name, logger: logger, clock: clock, random: random, finders: finders, shutdown: signal,
            ending: ending,
            keys: try storage.map { storage throws(IntegrationError) in
                StoredKeys(store: try storage.store, clock: clock)
            })
        let sink: any DeadLetterSink =
            flow.errorHandling.deadLetters.flatMap { senders[$0] }.map { EnvelopeSink(sender: $0) } ?? memoryDeadLetters
        let recorder = flow.recording == .none ? nil : recorder.withLock { $0 }
        var pipeline = built.pipeline(senders)
        pipeline.journeys = JourneyRecorder(flow.recording, to: recorder, flow: flow.name, clock: clock)
        let journal = try storage.map { storage throws(IntegrationError) in
            Journal(
                store: try storage.store, flow: flow, context: context, pipeline: pipeline,
                deadLetters: Self.deadLetterQueue(of: flow, senders))
        }
        try await storage?.declareOutboxes(pipeline.outboxes, of: flow)
        let runner = FlowRunner(
            flow, pipeline: pipeline, context: context, deadLetters: sink, storage: storage, journal: journal,
            order: built.key.map { KeyOrder($0) }, processors: processors)
        managed.enter(runner)
        directory.enter(runner)
        recorder?.record("flow-started", flow: flow.name)
        do {
            try await runner.run()
        } catch {
            recorder?.record("flow-failed", flow: flow.name, detail: error as? IntegrationError)
            throw error
        }
        recorder?.record("flow-\(managed.snapshot.state.word)", flow: flow.name)
        guard directory.isCalled(flow.name), !signal.isSignalled else { return }
        managed.linger()
        endIfIdle()
        await signal.wait()
    }

    /// The queue that keeps a flow's dead letters as full records; nil where another destination gets envelopes.
    private static func deadLetterQueue(of flow: Flow, _ senders: [String: any Sender]) -> String? {
        guard let name = flow.errorHandling.deadLetters, let sender = senders[name] else { return "dead-letters" }
        return (sender as? QueueSender)?.queue.text
    }

    // MARK: Building

    private func build(_ flow: Flow) throws(IntegrationError) -> BuiltFlow {
        let (destinations, services, broadcasts) = state.withLock {
            (Set($0.senders.keys), Set($0.finders.keys), $0.broadcasts)
        }
        let build = FlowBuild(
            flow: flow.name, destinations: flow.destination.map { [$0] } ?? [], services: services)
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
        // Members may be broadcasts themselves.
        var branches: [[Int]] = []
        while branches.count < build.destinations.count {
            branches.append((broadcasts[build.destinations[branches.count]] ?? []).map(build.destination))
        }
        var named = build.destinations
        if let deadLetters = flow.errorHandling.deadLetters { named.append(deadLetters) }
        for name in named where !destinations.contains(name) {
            throw IntegrationError(.cannotBuild, "there is no destination `\(name)`", component: "flow \(flow.name)")
        }
        var key: (any MessageKey)?
        if case .key(let definition) = flow.ordering { key = try definition.makeKey(build) }
        return BuiltFlow(flow: flow, build: build, steps: steps, branches: branches, key: key)
    }
}
