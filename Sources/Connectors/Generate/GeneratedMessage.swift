public import IntegrationCore

/// What is known of a message that is being made.
public struct GeneratedMessage: Sendable {
    public let id: MessageID
    /// 0 for the first message of a run.
    public let sequence: Int
    /// When it was due, since 1970-01-01T00:00:00Z.
    public let scheduled: Duration
}
