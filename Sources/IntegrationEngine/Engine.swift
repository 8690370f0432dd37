public import IntegrationCore
public import IntegrationResilience
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
    /// What flows share while it is open, such as listening ports.
    let shared = SharedResources()

    enum Command: Sendable {
        case run(ManagedFlow, ShutdownSignal)
        case keep(@Sendable () async -> Void)
        case end
    }

    struct State {
        var order: [String] = []
        var flows: [String: ManagedFlow] = [:]
        var senders: [String: SharedScope<any Sender>] = [:]
        var finders: [String: SharedScope<any Finder>] = [:]
        var broadcasts: [String: [String]] = [:]
        var connectors: ConnectorDirectory
        var shutdowns: [String: ShutdownSignal] = [:]
        var commands: AsyncStream<Command>.Continuation?
        var isStopping = false
        /// Flows are being replaced: that none runs does not mean that all have finished.
        var isReloading = false
    }

    let state: Mutex<State>
    /// Woken when a flow has opened a source, or has ended.
    let changes = Wakeup()
    let shutdown = ShutdownSignal()
    /// What writes to the event log while the store is open.
    let recorder = Mutex<Recorder?>(nil)
    /// Given when every flow that was there at the beginning has been told to start.
    private let started = ShutdownSignal()
    /// Given when everything is done and nobody is left who could bring more.
    let ending = ShutdownSignal()

    /// - Parameters:
    ///   - flows: started as soon as the engine runs.
    ///   - destinations: everything that flows name as a destination, by name; opened when first used, and shared.
    ///   - lookups: services that steps ask, by name.
    ///   - directory: the one that `CallDestination`s were made with.
    ///   - storage: the one that queue sources and destinations were made with; opened for as long as the engine runs.
    ///   - connectors: the guards that destinations and lookups were made with.
    ///   - random: what jitter is drawn from.
    ///   - processors: how many processors lanes are counted for.
    public init(
        flows: [Flow] = [], destinations: [String: any Destination] = [:], lookups: [String: any Lookup] = [:],
        directory: FlowDirectory = FlowDirectory(), storage: Storage? = nil,
        connectors: ConnectorDirectory = ConnectorDirectory(), logger: Logger,
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
        state = Mutex(State(connectors: connectors))
        for (name, destination) in destinations { add(destination, as: name) }
        for (name, lookup) in lookups { add(lookup, as: name) }
        for flow in flows {
            addOwn(of: flow)
            state.withLock { insert(flow, &$0) }
        }
    }

    private func insert(_ flow: Flow, _ state: inout State) {
        if state.flows[flow.name] == nil { state.order.append(flow.name) }
        state.flows[flow.name] = managed(flow)
    }

    func managed(_ flow: Flow) -> ManagedFlow { ManagedFlow(flow) { [changes] in changes.wake() } }

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
            insert(flow, &state)
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
        state.withLock { $0.flows[name] }?.gate.set(closed: false)
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
        changes.wake()
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
            let flows = state.withLock { state in
                state.isReloading ? nil : state.shutdowns.keys.compactMap { state.flows[$0] }
            }
            if let flows, await StoreIdleness(flows: flows).isIdle(store) { return ending.signal() }
            await storage.progress.wait(after: seen)
        }
    }

    /// Ends the loop when no flow runs any more and none is to come.
    func endIfIdle() {
        let (commands, lingering): (AsyncStream<Command>.Continuation?, [ShutdownSignal]) = state.withLock { state in
            guard state.isStopping || (mode == .untilIdle && !state.isReloading) else { return (nil, []) }
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
            // Nothing may be read from a damaged store or written to it: the others would wait for it for ever.
            if reason.code == .storeDamaged { stop() }
        }
        directory.leave(name)
        state.withLock { $0.shutdowns[name] = nil }
        changes.wake()
        storage?.progress.wake()
        endIfIdle()
    }
}
