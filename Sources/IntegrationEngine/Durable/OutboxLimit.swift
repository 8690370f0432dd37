internal import IntegrationCore
internal import IntegrationStore

/// How much, and how long, messages wait in an outbox before the flow is held back.
enum OutboxLimit {
    static let bytes = 1 << 30
    static let age = Duration.seconds(86_400)

    /// Time for somebody to look: more than 80 % of the room or of the time is used up.
    static func isNearlyFull(_ outbox: QueueSummary) -> Bool {
        outbox.bytes > bytes / 5 * 4 || (outbox.oldestAge ?? .zero) > age * 4 / 5
    }

    static func isTooOld(_ outbox: QueueSummary) -> Bool { (outbox.oldestAge ?? .zero) >= age }
}
