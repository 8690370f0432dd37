/// How many of each were removed because their time, or their room, was up.
public struct PruneReport: Sendable, Equatable {
    public var messages: [QueueName: Int] = [:]
    public var deadLetters = 0
    public var events = 0
    public var ledger = 0
    public var state = 0

    public init() {}
}
