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

/// Lets only so many requests go on at once.
public struct BulkheadConfiguration: Configurable, Hashable {
    static let maxConcurrent = Field<Int>.defaulted(
        "max_concurrent", .int(1...100_000), 32, "How many requests may be under way at once.")
    static let maxWaiting = Field<Int>.defaulted(
        "max_waiting", .int(0...10_000_000), 10_000, "How many may wait for that; one more is an error.")
    static let maxWait = Field<Duration?>.optional(
        "max_wait", .duration, "How long one may wait before that is an error; without it as long as it takes.")

    public static let table = FieldTable(
        "bulkhead", summary: "Lets only so many requests go on at once; others wait in line.",
        fields: [maxConcurrent, maxWaiting, maxWait], example: "{max_concurrent: 32, max_wait: 5s}")

    public var maxConcurrent: Int
    public var maxWaiting: Int
    /// Nil: as long as it takes.
    public var maxWait: Duration?

    public init(maxConcurrent: Int = 32, maxWaiting: Int = 10_000, maxWait: Duration? = nil) {
        self.maxConcurrent = maxConcurrent
        self.maxWaiting = maxWaiting
        self.maxWait = maxWait
    }

    public init(_ fields: DecodedFields) {
        self.init(
            maxConcurrent: fields[Self.maxConcurrent], maxWaiting: fields[Self.maxWaiting],
            maxWait: fields[Self.maxWait])
    }
}

/// Lets the number of requests under way follow the other system's latency.
public struct AdaptiveConcurrencyConfiguration: Configurable, Hashable {
    static let min = Field<Int>.defaulted("min", .int(1...100_000), 1, "Never fewer at once.")
    static let max = Field<Int>.defaulted("max", .int(1...100_000), 200, "Never more at once.")

    public static let table = FieldTable(
        "adaptive concurrency", summary: "Lets the number of requests under way follow the other system's latency.",
        fields: [min, max], example: "{min: 1, max: 200}",
        rules: [
            { fields, context in
                guard fields[min] > fields[max] else { return }
                context.diagnostics.error(
                    .conflictingFields, "`min` is larger than `max`", at: fields.span(of: "min"),
                    help: "exchange the two")
            }
        ])

    public var min: Int
    public var max: Int

    public init(min: Int = 1, max: Int = 200) {
        self.min = min
        self.max = max
    }

    public init(_ fields: DecodedFields) { self.init(min: fields[Self.min], max: fields[Self.max]) }
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
