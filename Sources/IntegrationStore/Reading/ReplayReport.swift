public import IntegrationCore

/// What a replay did.
public struct ReplayReport: Sendable, Equatable {
    /// Dead letters that went back, and to which queue.
    public var replayed: [MessageID: QueueName]
    /// Ids that no dead letter bears (any more): replayed or removed before.
    public var gone: [MessageID]

    public init(replayed: [MessageID: QueueName] = [:], gone: [MessageID] = []) {
        self.replayed = replayed
        self.gone = gone
    }
}
