/// How a service with several endpoints is asked.
public struct ServiceSettings: Sendable, Hashable {
    public var balancing: LoadBalancing
    /// Nil: endpoints are judged by their calls alone.
    public var checks: HealthChecks?
    public var ejection: OutlierEjection
    public var budget: RetryBudget
    /// How long a lookup may take, at all the endpoints that it is tried at; nil: as long as they take.
    public var deadline: Duration?

    public init(
        balancing: LoadBalancing = .roundRobin, checks: HealthChecks? = nil,
        ejection: OutlierEjection = OutlierEjection(), budget: RetryBudget = RetryBudget(), deadline: Duration? = nil
    ) {
        self.balancing = balancing
        self.checks = checks
        self.ejection = ejection
        self.budget = budget
        self.deadline = deadline
    }
}
