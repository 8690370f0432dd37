/// The fields of services that have several endpoints: who is asked, how the choice is made, and what is kept.
public enum ServiceFields {
    public enum LoadBalancing: String, Sendable, CaseIterable {
        case roundRobin = "round_robin"
        case weighted
        case leastRequest = "least_request"
        case consistentHash = "consistent_hash"
    }

    /// One endpoint and its share.
    public struct Endpoint: Configurable, Hashable {
        static let url = Field<String>.required("url", .string, "Where it is.")
        static let weight = Field<Int>.defaulted("weight", .int(1...1000), 1, "Its share of the requests.")
        public static let table = FieldTable(
            "endpoint", summary: "One endpoint and its share.", fields: [url, weight], shorthand: "url",
            example: "{url: https://c1.example.com, weight: 2}")

        public var url: String
        public var weight: Int

        public init(_ fields: DecodedFields) {
            url = fields[Self.url]
            weight = fields[Self.weight]
        }
    }

    /// How an endpoint shows that it is well.
    public struct HealthCheck: Configurable, Hashable {
        static let path = Field<String>.defaulted("path", .string, "/", "What is asked.")
        static let interval = Field<Duration>.defaulted("interval", .duration, .seconds(10), "How often.")
        static let timeout = Field<Duration>.defaulted(
            "timeout", .duration, .seconds(2), "How long an answer may take.")
        static let unhealthyAfter = Field<Int>.defaulted(
            "unhealthy_after", .int(1...100), 3, "So many failures in a row take it out.")
        static let healthyAfter = Field<Int>.defaulted(
            "healthy_after", .int(1...100), 1, "So many successes in a row bring it back.")
        public static let table = FieldTable(
            "health check", summary: "How an endpoint shows that it is well.",
            fields: [path, interval, timeout, unhealthyAfter, healthyAfter], example: "{path: /healthz, interval: 10s}")

        public var path: String
        public var interval: Duration
        public var timeout: Duration
        public var unhealthyAfter: Int
        public var healthyAfter: Int

        public init(_ fields: DecodedFields) {
            path = fields[Self.path]
            interval = fields[Self.interval]
            timeout = fields[Self.timeout]
            unhealthyAfter = fields[Self.unhealthyAfter]
            healthyAfter = fields[Self.healthyAfter]
        }
    }

    public static let endpoints = Field<[Endpoint]>.defaulted(
        "endpoints", .list(of: .table), [], "Who can be asked; they replace the address of the connector.")
    public static let loadBalancing = Field<LoadBalancing>.defaulted(
        "load_balancing", .choice, .roundRobin, "How the next endpoint is chosen.")
    public static let healthCheck = Field<HealthCheck?>.optional(
        "health_check", .table, "How an endpoint shows that it is well.")
    public static let outlierEjection = Field<OutlierEjection>.defaulted(
        "outlier_ejection", .table, OutlierEjection(),
        "When an endpoint whose calls fail gets no more of them for a while.")
    public static let retryBudget = Field<RetryBudget>.defaulted(
        "retry_budget", .table, RetryBudget(), "How many lookups may be tried again at another endpoint.")
    public static let deadline = Field<Duration?>.optional(
        "deadline", .duration,
        "How long a lookup may take, at all the endpoints that it is tried at; the connector's `timeout` is for each.")
    public static let cache = Field<CacheConfiguration?>.optional("cache", .table, "Keeps answers for a while.")

    /// All of them, in the order that the reference shows them.
    public static let all: [any TableField] = [
        endpoints, discovered, loadBalancing, healthCheck, outlierEjection, retryBudget, deadline, cache,
    ]

    /// What no service may have.
    public static let rules: [FieldTable.Rule] = [FieldTable.atMostOne(of: "endpoints", "discovery")]
}
