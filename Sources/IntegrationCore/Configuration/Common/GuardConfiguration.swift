/// At most so many requests in a second.
public struct RateLimitConfiguration: Configurable, Hashable {
    static let requestsPerSecond = Field<Double>.required(
        "requests_per_second", .number(0.001...1_000_000), "How many requests may start in a second, on average.")
    static let burstSize = Field<Int>.defaulted(
        "burst_size", .int(1...1_000_000), 1, "How many may start at once after a quiet time.")

    public static let table = FieldTable(
        "rate limit", summary: "At most so many requests in a second (token bucket).",
        fields: [requestsPerSecond, burstSize], example: "{requests_per_second: 100, burst_size: 10}")

    public var requestsPerSecond: Double
    public var burstSize: Int

    public init(requestsPerSecond: Double, burstSize: Int = 1) {
        self.requestsPerSecond = requestsPerSecond
        self.burstSize = burstSize
    }

    public init(_ fields: DecodedFields) {
        self.init(requestsPerSecond: fields[Self.requestsPerSecond], burstSize: fields[Self.burstSize])
    }
}

/// Stops asking a system that keeps failing, and looks again after a while.
public struct CircuitBreakerConfiguration: Configurable, Hashable {
    static let failureRatio = Field<Double>.defaulted(
        "failure_ratio", .ratio, 0.5, "The share of failures within the window that opens the breaker.")
    static let minimumRequests = Field<Int>.defaulted(
        "minimum_requests", .int(1...1_000_000), 10, "With fewer requests in the window it stays closed.")
    static let window = Field<Duration>.defaulted("window", .duration, .seconds(30), "What is looked back upon.")
    static let openFor = Field<Duration>.defaulted(
        "open_for", .duration, .seconds(15), "How long nothing is asked before a probe.")
    static let probes = Field<Int>.defaulted(
        "probes", .int(1...1000), 1, "How many probes must succeed before it closes again.")

    public static let table = FieldTable(
        "circuit breaker", summary: "Stops asking a system that keeps failing; flows that need it pause meanwhile.",
        fields: [failureRatio, minimumRequests, window, openFor, probes],
        example: "{failure_ratio: 0.5, window: 30s, open_for: 15s}")

    public var failureRatio: Double
    public var minimumRequests: Int
    public var window: Duration
    public var openFor: Duration
    public var probes: Int

    public init(
        failureRatio: Double = 0.5, minimumRequests: Int = 10, window: Duration = .seconds(30),
        openFor: Duration = .seconds(15), probes: Int = 1
    ) {
        self.failureRatio = failureRatio
        self.minimumRequests = minimumRequests
        self.window = window
        self.openFor = openFor
        self.probes = probes
    }

    public init(_ fields: DecodedFields) {
        self.init(
            failureRatio: fields[Self.failureRatio], minimumRequests: fields[Self.minimumRequests],
            window: fields[Self.window], openFor: fields[Self.openFor], probes: fields[Self.probes])
    }
}

/// Gathers messages into larger batches: full by count or bytes, or after a wait.
public struct BatchConfiguration: Configurable, Hashable {
    static let count = Field<Int>.defaulted("count", .int(1...100_000), 100, "How many messages at most.")
    static let bytes = Field<ByteCount>.defaulted(
        "bytes", .size(in: ByteCount(1)...ByteCount.gibibytes(1)), .mebibytes(4), "How many bytes at most.")
    static let linger = Field<Duration>.defaulted(
        "linger", .duration, .zero, "How long to wait for more; nothing waits where it is `0s`.")

    public static let table = FieldTable(
        "batch", summary: "Gathers messages: a batch is full by count or bytes, or when `linger` is over.",
        fields: [count, bytes, linger], example: "{count: 500, bytes: 1MiB, linger: 50ms}")

    public var count: Int
    public var bytes: ByteCount
    public var linger: Duration

    public init(count: Int = 100, bytes: ByteCount = .mebibytes(4), linger: Duration = .zero) {
        self.count = count
        self.bytes = bytes
        self.linger = linger
    }

    public init(_ fields: DecodedFields) {
        self.init(count: fields[Self.count], bytes: fields[Self.bytes], linger: fields[Self.linger])
    }
}
