/// The fields that every connector has, because one implementation around all of them serves them.
public enum ConnectorFields {
    public static let timeout = Field<Duration>.defaulted(
        "timeout", .duration, .seconds(30), "How long one request may take, from its start to the last byte.")
    public static let connectTimeout = Field<Duration>.defaulted(
        "connect_timeout", .duration, .seconds(10), "How long connecting may take.")
    public static let retry = Field<RetryConfiguration?>.optional(
        "retry", .table, "Tries a request again before the flow hears of its failure.")
    public static let rateLimit = Field<RateLimitConfiguration?>.optional(
        "rate_limit", .table, "At most so many requests in a second.")
    public static let bulkhead = Field<BulkheadConfiguration>.defaulted(
        "bulkhead", .table, BulkheadConfiguration(), "How many requests may be under way at once.")
    public static let adaptiveConcurrency = Field<AdaptiveConcurrencyConfiguration?>.optional(
        "adaptive_concurrency", .table,
        "Lets that number follow the other system's latency, instead of `bulkhead.max_concurrent`.")
    public static let circuitBreaker = Field<CircuitBreakerConfiguration>.defaulted(
        "circuit_breaker", .table, CircuitBreakerConfiguration(), "Stops asking a system that keeps failing.")

    /// All of them, in the order that the reference shows them.
    public static let all: [any TableField] = [
        timeout, connectTimeout, retry, rateLimit, bulkhead, adaptiveConcurrency, circuitBreaker,
    ]
}
