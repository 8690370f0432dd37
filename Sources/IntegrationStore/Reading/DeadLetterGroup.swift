public import IntegrationCore

/// Dead letters that failed at the same step with the same code.
public struct DeadLetterGroup: Sendable, Hashable {
    public let queue: String
    public let flow: String
    public let step: String
    public let code: String
    /// The sentence of the newest; those of others may name other values.
    public let reason: String
    public let count: Int
    /// The newest of them.
    public let newest: MessageID

    public init(
        queue: String, flow: String, step: String, code: String, reason: String, count: Int, newest: MessageID
    ) {
        self.queue = queue
        self.flow = flow
        self.step = step
        self.code = code
        self.reason = reason
        self.count = count
        self.newest = newest
    }
}
