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

    public init(
        flow: String, logger: Logger, clock: any TimeSource, random: RandomSource = .system,
        arenas: ArenaPool = ArenaPool(), finders: [String: any Finder] = [:],
        shutdown: ShutdownSignal = ShutdownSignal()
    ) {
        self.flow = flow
        self.logger = logger
        self.clock = clock
        self.random = random
        self.arenas = arenas
        self.finders = finders
        self.shutdown = shutdown
    }
}
