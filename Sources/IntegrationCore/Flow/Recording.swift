/// What the event store keeps.
public enum Recording: Sendable, Hashable {
    /// Lifecycle, failures, retries and dead letters.
    case failures
    /// That, and this share of all messages.
    case sampled(Double)
    case all
    case none
}
