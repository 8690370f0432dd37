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
    /// The names of the flow's sources; messages know theirs by its index (`Message.source`).
    public let sources: [String]

    public init(
        flow: String, logger: Logger, clock: any TimeSource, random: RandomSource = .system,
        arenas: ArenaPool = ArenaPool(), finders: [String: any Finder] = [:],
        shutdown: ShutdownSignal = ShutdownSignal(), ending: ShutdownSignal = ShutdownSignal(),
        positions: (any StreamPositions)? = nil, keys: (any KeyedState)? = nil,
        shared: SharedResources = SharedResources(), sources: [String] = []
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
        self.sources = sources
    }

    /// The same with what is given in its place.
    public func with(
        positions: (any StreamPositions)? = nil, ending: ShutdownSignal? = nil
    ) -> FlowContext {
        FlowContext(
            flow: flow, logger: logger, clock: clock, random: random, arenas: arenas, finders: finders,
            shutdown: shutdown, ending: ending ?? self.ending, positions: positions ?? self.positions, keys: keys,
            shared: shared, sources: sources)
    }
}
