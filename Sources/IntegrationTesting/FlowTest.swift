public import IntegrationCore
internal import IntegrationDocument
public import IntegrationEngine
public import IntegrationResilience
internal import Logging
internal import Synchronization

/// Runs a flow from its first message to its last on a clock of its own, and says what came of it.
///
/// ```swift
/// let source = MemorySource([#"{"total": 5}"#, #"{"total": 5000}"#])
/// let test = FlowTest(Flow(name: "orders", sources: [.init("in", source)], steps: [filter], destination: "out"))
/// let result = try await test.run()
/// #expect(result.outputs["out"] == [#"{"total": 5000}"#])
/// #expect(result.snapshot.dropped == 1)
/// ```
///
/// Nothing sleeps and nothing is left to chance: waits are jumped over, and jitter is drawn from `seed`.
public struct FlowTest: Sendable {
    /// What a run came to.
    public struct Result: Sendable {
        /// The counters of each flow, in the order of `flows`.
        public var snapshots: [FlowSnapshot]
        /// The bodies that each `RecordingDestination` accepted, by its name.
        public var outputs: [String: [String]]
        /// Dead letters of flows that name no destination for them.
        public var deadLetters: [DeadLetter]
        /// How long it took on the flow's clock.
        public var duration: Duration

        /// The counters of the first flow.
        public var snapshot: FlowSnapshot { snapshots[0] }
    }

    public var flows: [Flow]
    /// Destinations by name. Names that the flows mention and that are missing here record.
    public var destinations: [String: any Destination]
    public var lookups: [String: any Lookup]
    /// Where `CallDestination`s of the test find their flows.
    public var directory: FlowDirectory
    /// The guards that destinations and lookups were made with.
    public var connectors = ConnectorDirectory()
    /// The store of the test, on the same clock; nil where nothing is kept.
    public var storage: Storage?
    public var clock: ManualClock
    /// Seed of all randomness.
    public var seed: UInt64
    /// How many processors lanes are counted for, where a flow does not say.
    public var processors: Int

    public init(
        _ flows: Flow..., destinations: [String: any Destination] = [:], lookups: [String: any Lookup] = [:],
        directory: FlowDirectory = FlowDirectory(), storage: Storage? = nil, clock: ManualClock = ManualClock(),
        seed: UInt64 = 1,
        processors: Int = 1
    ) {
        self.flows = flows
        self.lookups = lookups
        self.directory = directory
        self.storage = storage
        self.clock = clock
        self.seed = seed
        self.processors = processors
        var all = destinations
        for flow in flows {
            for name in [flow.destination, flow.errorHandling.deadLetters].compactMap(\.self) where all[name] == nil {
                all[name] = RecordingDestination()
            }
        }
        self.destinations = all
    }

    /// An engine for these flows; each call makes a new one over the same sources and destinations.
    public func makeEngine(mode: Engine.Mode = .untilIdle) -> Engine {
        Engine(
            flows: flows, destinations: destinations, lookups: lookups, directory: directory, storage: storage,
            connectors: connectors, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, clock: clock,
            random: RandomSource(seed: seed), processors: processors, mode: mode)
    }

    /// Runs the flows until all have finished, or the engine is stopped by `during`.
    ///
    /// - Parameter during: runs beside the engine on the same clock: looks, breaks, mends and stops. It may sleep on the
    ///   clock to let things happen first. The run goes on when it returns.
    /// - Throws: what the engine or `during` throws, or `ManualClock.Stuck` when the flows come to no end.
    public func run(
        patience: Duration = .seconds(30), _ during: @escaping @Sendable (Engine) async throws -> Void = { _ in }
    ) async throws -> Result {
        let engine = makeEngine()
        let started = clock.now
        try await clock.run(patience: patience) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await engine.run() }
                group.addTask { try await during(engine) }
                // At the first failure the other is cancelled.
                while try await group.next() != nil {}
            }
        }
        return result(of: engine, since: started)
    }

    /// What an engine's run came to so far.
    public func result(of engine: Engine, since started: Duration = .zero) -> Result {
        Result(
            snapshots: engine.snapshots,
            outputs: destinations.compactMapValues { ($0 as? RecordingDestination)?.bodies },
            deadLetters: engine.memoryDeadLetters.letters, duration: clock.now - started)
    }
}
