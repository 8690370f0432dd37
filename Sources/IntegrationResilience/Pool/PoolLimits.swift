/// How many connections a pool keeps, and for how long.
public struct PoolLimits: Sendable, Hashable {
    /// Kept open even when nobody uses them.
    public var minimum: Int
    /// Never more at once, those that are being opened or closed included.
    public var maximum: Int
    /// A connection that nobody used for so long is closed, unless it is one of the minimum; nil: none is.
    public var idleTimeout: Duration?
    /// A connection that has been open for so long is closed when it is not in use; nil: none is.
    public var lifetime: Duration?
    /// The share of the lifetime that is left to chance, so that connections don't all go at once.
    public var lifetimeJitter: Double
    /// A connection that nobody used for so long is checked before it is handed out; nil: none is.
    public var checkAfter: Duration?
    /// How many may wait for a connection.
    public var maximumWaiting: Int
    /// Waits between tries to open a connection.
    public var backoff: Backoff

    public init(
        minimum: Int = 0, maximum: Int = 10, idleTimeout: Duration? = .seconds(300),
        lifetime: Duration? = .seconds(3600),
        lifetimeJitter: Double = 0.1, checkAfter: Duration? = .seconds(30), maximumWaiting: Int = 10_000,
        backoff: Backoff = Backoff(initial: .milliseconds(200), maximum: .seconds(30), jitter: .ratio(0.5))
    ) {
        precondition(maximum > 0 && minimum <= maximum, "a pool holds at least one connection, and its minimum")
        self.minimum = max(0, minimum)
        self.maximum = maximum
        self.idleTimeout = idleTimeout
        self.lifetime = lifetime
        self.lifetimeJitter = min(max(0, lifetimeJitter), 1)
        self.checkAfter = checkAfter
        self.maximumWaiting = maximumWaiting
        self.backoff = backoff
    }
}
