/// When a circuit breaker opens, for how long, and what closes it.
public struct BreakerLimits: Sendable, Hashable {
    /// What is looked back upon.
    public enum Window: Sendable, Hashable {
        /// The calls of the last so many seconds.
        case time(Duration)
        /// The last so many calls.
        case count(Int)
    }

    /// Nil: only calls that can't reach the other system open the breaker.
    public var window: Window?
    /// With fewer calls in the window it stays closed.
    public var minimumRequests: Int
    /// The share of failures that opens it.
    public var failureRatio: Double
    /// How long a call may take before it counts as slow; nil: none is.
    public var slowCall: Duration?
    /// The share of slow calls that opens it.
    public var slowRatio: Double
    /// How many calls in a row must succeed before it closes.
    public var probes: Int
    /// How long one of them may take before another is let through.
    public var probeDeadline: Duration
    /// How long it stays open after so many openings in a row.
    public var backoff: Backoff
    /// The same where the other system can't be reached at all, which is noticed at little cost.
    public var unreachable: Backoff

    public init(
        window: Window? = nil, minimumRequests: Int = 10, failureRatio: Double = 0.5, slowCall: Duration? = nil,
        slowRatio: Double = 1, probes: Int = 1, probeDeadline: Duration = .seconds(30),
        backoff: Backoff = Backoff(initial: .seconds(15), maximum: .seconds(60), jitter: .ratio(0.2)),
        unreachable: Backoff = Backoff(initial: .seconds(1), maximum: .seconds(30), jitter: .ratio(0.2))
    ) {
        self.window = window
        self.minimumRequests = minimumRequests
        self.failureRatio = failureRatio
        self.slowCall = slowCall
        self.slowRatio = slowRatio
        self.probes = probes
        self.probeDeadline = probeDeadline
        self.backoff = backoff
        self.unreachable = unreachable
    }

    /// `minimumRequests`, or as many as the window holds.
    var leastCalls: Int {
        if case .count(let count) = window { return min(minimumRequests, max(1, count)) }
        return minimumRequests
    }
}
