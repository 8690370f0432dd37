/// Stops asking a system that keeps failing, and looks again after a while.
public struct CircuitBreakerConfiguration: Configurable, Hashable {
    static let failureRatio = Field<Double>.defaulted(
        "failure_ratio", .ratio, 0.5, "The share of failures within the window that opens the breaker.")
    static let minimumRequests = Field<Int>.defaulted(
        "minimum_requests", .int(1...1_000_000), 10, "With fewer requests in the window it stays closed.")
    static let window = Field<Duration>.defaulted(
        "window", .duration, .seconds(30), "What is looked back upon: the requests of so long a time.")
    static let windowRequests = Field<Int?>.optional(
        "window_requests", .int(1...1_000_000), "Looks back upon the last so many requests instead.")
    static let slowCall = Field<Duration?>.optional(
        "slow_call", .duration, "A request that takes as long or longer counts as slow; without it none does.")
    static let slowRatio = Field<Double>.defaulted(
        "slow_ratio", .ratio, 1, "The share of slow requests within the window that opens the breaker.")
    static let openFor = Field<Duration>.defaulted(
        "open_for", .duration, .seconds(15),
        """
        How long nothing is asked before a probe; twice as long each time that the probe fails. A system that can't be \
        reached at all is asked again after 1s, 2s, 4s, … up to this.
        """)
    static let maxOpenFor = Field<Duration>.defaulted(
        "max_open_for", .duration, .seconds(60), "It is never open for longer than this, or `open_for` if that is more."
    )
    static let probes = Field<Int>.defaulted(
        "probes", .int(1...1000), 1, "How many probes in a row must succeed before it closes again.")
    static let probeTimeout = Field<Duration>.defaulted(
        "probe_timeout", .duration, .seconds(30), "How long a probe may keep others from trying.")

    public static let table = FieldTable(
        "circuit breaker", summary: "Stops asking a system that keeps failing; flows that need it pause meanwhile.",
        fields: [
            failureRatio, minimumRequests, window, windowRequests, slowCall, slowRatio, openFor, maxOpenFor, probes,
            probeTimeout,
        ],
        example: "{failure_ratio: 0.5, window: 30s, slow_call: 2s, slow_ratio: 0.8, open_for: 15s}",
        rules: [
            { fields, context in
                if fields.isWritten("window"), fields.isWritten("window_requests") {
                    context.diagnostics.error(
                        .conflictingFields, "`window` and `window_requests` exclude each other",
                        at: fields.span(of: "window_requests"), help: "remove one of them")
                }
            },
            FieldTable.field("slow_ratio", needs: "slow_call"),
        ])

    public var failureRatio: Double
    public var minimumRequests: Int
    public var window: Duration
    /// Nil: the window is one of time.
    public var windowRequests: Int?
    /// Nil: no request is slow.
    public var slowCall: Duration?
    public var slowRatio: Double
    public var openFor: Duration
    public var maxOpenFor: Duration
    public var probes: Int
    public var probeTimeout: Duration

    public init(
        failureRatio: Double = 0.5, minimumRequests: Int = 10, window: Duration = .seconds(30),
        windowRequests: Int? = nil, slowCall: Duration? = nil, slowRatio: Double = 1, openFor: Duration = .seconds(15),
        maxOpenFor: Duration = .seconds(60), probes: Int = 1, probeTimeout: Duration = .seconds(30)
    ) {
        self.failureRatio = failureRatio
        self.minimumRequests = minimumRequests
        self.window = window
        self.windowRequests = windowRequests
        self.slowCall = slowCall
        self.slowRatio = slowRatio
        self.openFor = openFor
        self.maxOpenFor = maxOpenFor
        self.probes = probes
        self.probeTimeout = probeTimeout
    }

    public init(_ fields: DecodedFields) {
        self.init(
            failureRatio: fields[Self.failureRatio], minimumRequests: fields[Self.minimumRequests],
            window: fields[Self.window], windowRequests: fields[Self.windowRequests], slowCall: fields[Self.slowCall],
            slowRatio: fields[Self.slowRatio], openFor: fields[Self.openFor], maxOpenFor: fields[Self.maxOpenFor],
            probes: fields[Self.probes], probeTimeout: fields[Self.probeTimeout])
    }
}
