/// How endpoints are asked whether they are well.
public struct HealthChecks: Sendable, Hashable {
    /// What is asked, such as `/healthz`.
    public var path: String
    public var interval: Duration
    /// How long an answer may take.
    public var timeout: Duration
    /// So many failures in a row take an endpoint out.
    public var unhealthyAfter: Int
    /// So many successes in a row bring it back.
    public var healthyAfter: Int

    public init(
        path: String = "/", interval: Duration = .seconds(10), timeout: Duration = .seconds(2), unhealthyAfter: Int = 3,
        healthyAfter: Int = 1
    ) {
        self.path = path
        self.interval = interval
        self.timeout = timeout
        self.unhealthyAfter = unhealthyAfter
        self.healthyAfter = healthyAfter
    }
}
