public import Logging

/// What a running flow's parts share: its name, log, clock, memory and randomness.
public final class FlowContext: Sendable {
    public let flow: String
    public let logger: Logger
    public let clock: any TimeSource
    public let random: RandomSource
    /// Memory for batches, reused.
    public let arenas: ArenaPool
    /// The open lookups by the name of their service.
    public let finders: [String: any Finder]
    /// Becomes true when the flow should stop reading; receivers then return nil.
    public let shutdown: ShutdownSignal
    /// Becomes true when nobody is left who could bring more: receivers that have nothing then return nil.
    public let ending: ShutdownSignal
    /// What is kept of the source's streams; nil where nothing is kept.
    public let positions: (any StreamPositions)?
    /// The keys that steps and sources keep; nil where the engine has no store.
    public let keys: (any KeyedState)?
    /// What flows of the engine share while it is open, such as a listening port.
    public let shared: SharedResources

    public init(
        flow: String, logger: Logger, clock: any TimeSource, random: RandomSource = .system,
        arenas: ArenaPool = ArenaPool(), finders: [String: any Finder] = [:],
        shutdown: ShutdownSignal = ShutdownSignal(), ending: ShutdownSignal = ShutdownSignal(),
        positions: (any StreamPositions)? = nil, keys: (any KeyedState)? = nil,
        shared: SharedResources = SharedResources()
    ) {
        self.flow = flow
        self.logger = logger
        self.clock = clock
        self.random = random
        self.arenas = arenas
        self.finders = finders
        self.shutdown = shutdown
        self.ending = ending
        self.positions = positions
        self.keys = keys
        self.shared = shared
    }

    /// The same for one of the flow's sources.
    public func with(positions: any StreamPositions) -> FlowContext {
        FlowContext(
            flow: flow, logger: logger, clock: clock, random: random, arenas: arenas, finders: finders,
            shutdown: shutdown, ending: ending, positions: positions, keys: keys,
            shared: shared)
    }

    /// The same with another signal for its end.
    public func with(ending: ShutdownSignal) -> FlowContext {
        FlowContext(
            flow: flow, logger: logger, clock: clock, random: random, arenas: arenas, finders: finders,
            shutdown: shutdown, ending: ending, positions: positions, keys: keys,
            shared: shared)
    }
}
