public import IntegrationCore

/// What guards the requests of a connector: the fields that every connector has, as values.
public struct GuardOptions: Sendable, Hashable {
    /// At most so many requests in a second.
    public struct Rate: Sendable, Hashable {
        public var perSecond: Double
        public var burst: Int

        public init(perSecond: Double, burst: Int = 1) {
            self.perSecond = perSecond
            self.burst = burst
        }
    }

    /// How long one request may take, and a tenth more, at most 100 ms, where the connector does not keep time itself;
    /// nil: as long as it likes.
    public var timeout: Duration?
    /// Nil: a request is made once.
    public var retry: RetryPolicy?
    public var rate: Rate?
    /// How many requests may be under way at once.
    public var maximumConcurrent: Int
    /// How many may wait for that.
    public var maximumWaiting: Int
    /// How long one may wait; nil: as long as it takes.
    public var longestWait: Duration?
    /// The range in which the number of requests under way follows the other system's latency; nil: it is fixed.
    public var adaptive: ClosedRange<Int>?
    public var breaker: BreakerLimits
    /// Whether requests are held back at all while the other system fails.
    public var hasBreaker = true

    public init(
        timeout: Duration? = .seconds(30), retry: RetryPolicy? = nil, rate: Rate? = nil, maximumConcurrent: Int = 32,
        maximumWaiting: Int = 10_000, longestWait: Duration? = nil, adaptive: ClosedRange<Int>? = nil,
        breaker: BreakerLimits = BreakerLimits(window: .time(.seconds(30)))
    ) {
        self.timeout = timeout
        self.retry = retry
        self.rate = rate
        self.maximumConcurrent = maximumConcurrent
        self.maximumWaiting = maximumWaiting
        self.longestWait = longestWait
        self.adaptive = adaptive
        self.breaker = breaker
    }

    /// - Parameter fields: those of a connector, whose table holds `ConnectorFields.all`.
    public init(_ fields: DecodedFields) {
        let bulkhead = fields[ConnectorFields.bulkhead]
        let adaptive = fields[ConnectorFields.adaptiveConcurrency]
        self.init(
            timeout: fields[ConnectorFields.timeout],
            retry: fields[ConnectorFields.retry].map { RetryPolicy($0) },
            rate: fields[ConnectorFields.rateLimit].map {
                Rate(perSecond: $0.requestsPerSecond, burst: $0.burstSize)
            },
            maximumConcurrent: adaptive?.max ?? bulkhead.maxConcurrent, maximumWaiting: bulkhead.maxWaiting,
            longestWait: bulkhead.maxWait, adaptive: adaptive.map { $0.min...max($0.min, $0.max) },
            breaker: BreakerLimits(fields[ConnectorFields.circuitBreaker]))
    }
}

extension BreakerLimits {
    public init(_ configuration: CircuitBreakerConfiguration) {
        let openFor = configuration.openFor
        self.init(
            window: configuration.windowRequests.map { .count($0) } ?? .time(configuration.window),
            minimumRequests: configuration.minimumRequests, failureRatio: configuration.failureRatio,
            slowCall: configuration.slowCall, slowRatio: configuration.slowRatio, probes: configuration.probes,
            probeDeadline: configuration.probeTimeout,
            backoff: Backoff(initial: openFor, maximum: max(openFor, configuration.maxOpenFor), jitter: .ratio(0.2)),
            unreachable: Backoff(initial: min(.seconds(1), openFor), maximum: openFor, jitter: .ratio(0.2)))
    }
}
