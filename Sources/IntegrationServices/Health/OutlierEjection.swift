/// When an endpoint whose calls fail gets no more of them for a while.
public struct OutlierEjection: Sendable, Hashable {
    /// So many failures in a row.
    public var consecutiveFailures: Int
    /// The share of failures within the window.
    public var failureRatio: Double
    /// With fewer calls in the window the share says nothing.
    public var minimumRequests: Int
    public var window: Duration
    /// How long the first time; each time that follows soon is twice as long.
    public var initial: Duration
    public var maximum: Duration
    /// The largest share of a service's endpoints that may be out at once.
    public var maximumShare: Double

    public init(
        consecutiveFailures: Int = 5, failureRatio: Double = 0.5, minimumRequests: Int = 20,
        window: Duration = .seconds(10), initial: Duration = .seconds(1), maximum: Duration = .seconds(60),
        maximumShare: Double = 0.5
    ) {
        self.consecutiveFailures = consecutiveFailures
        self.failureRatio = failureRatio
        self.minimumRequests = minimumRequests
        self.window = window
        self.initial = initial
        self.maximum = maximum
        self.maximumShare = maximumShare
    }
}
