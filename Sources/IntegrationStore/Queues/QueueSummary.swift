/// A queue as a list shows it.
public struct QueueSummary: Sendable, Hashable {
    public let name: QueueName
    /// All of its messages: ready, leased and delayed.
    public let messages: Int
    /// Bodies, metadata and resume points.
    public let bytes: Int
    public let leased: Int
    /// Those whose due time has not come, or has come and nobody has claimed them yet.
    public let delayed: Int
    /// How long ago its first message was received; nil where it is empty.
    public let oldestAge: Duration?

    public var ready: Int { max(0, messages - leased - delayed) }

    public init(name: QueueName, messages: Int, bytes: Int, leased: Int, delayed: Int, oldestAge: Duration?) {
        self.name = name
        self.messages = messages
        self.bytes = bytes
        self.leased = leased
        self.delayed = delayed
        self.oldestAge = oldestAge
    }
}
