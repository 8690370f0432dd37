public import IntegrationCore

/// How a connector's guard stands.
public struct GuardStatus: Sendable {
    public enum Breaker: Sendable, Hashable {
        case closed
        /// Nothing is asked before the next try, in so long.
        case open(nextTryIn: Duration)
        /// One request at a time finds out whether the other system is well again.
        case halfOpen
    }

    /// What happened since the guard was made.
    public struct Counts: Sendable, Hashable {
        /// Requests that were made, retries included.
        public var requests = 0
        /// Requests that failed, whatever the reason.
        public var failures = 0
        /// Requests that took too long.
        public var timeouts = 0
        /// Requests that were made again.
        public var retries = 0
        /// Requests that were not made because the breaker was open.
        public var closedOff = 0
        /// Requests that were not made because too many waited, or one for too long.
        public var turnedAway = 0
        /// Times that the breaker opened.
        public var openings = 0

        public init() {}
    }

    /// The connector's name.
    public var name: String
    public var breaker: Breaker
    /// Requests under way, of which some may have lost their callers.
    public var inFlight: Int
    /// Requests that wait for a permit, for the rate limit, or for a probe.
    public var waiting: Int
    /// How many may be under way now.
    public var limit: Int
    /// Whether that number follows the other system's latency.
    public var isAdaptive: Bool
    /// Tokens of the rate limit; nil where there is none.
    public var tokens: Double?
    public var counts: Counts
    public var lastError: IntegrationError?
    /// How long ago that was.
    public var lastErrorAge: Duration?

    /// What is wrong in a few words, such as `rest-api circuit open, next try in 9 s`; nil where all is well.
    public var trouble: String? {
        switch breaker {
        case .closed: nil
        case .halfOpen: "\(name) circuit half open, a request finds out whether it is back"
        case .open(let wait): "\(name) circuit open, next try in \(max(1, Int(wait.seconds.rounded(.up)))) s"
        }
    }
}
