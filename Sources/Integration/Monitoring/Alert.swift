/// An alert that fires.
public struct Alert: Sendable, Hashable {
    public enum Rule: String, Sendable, Hashable, CaseIterable {
        /// Too large a share of the messages failed for good.
        case errorRate = "error_rate"
        /// Too many messages took too long.
        case latency
    }

    public var flow: String
    public var rule: Rule
    /// The share of the window's messages that failed (`errorRate`) or took longer than the threshold (`latency`).
    public var share: Double
    /// When it fired, since 1970-01-01T00:00:00Z.
    public var since: Duration
}
