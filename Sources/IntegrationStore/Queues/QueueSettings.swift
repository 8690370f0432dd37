/// What a queue may hold, and for how long.
public struct QueueSettings: Sendable, Hashable {
    /// A change that would make it hold more messages is refused (`queueFull`); nil for no limit.
    public var maxMessages: Int?
    /// A change that would make it hold more bytes (bodies, metadata, resume points) is refused; nil for no limit. An
    /// empty queue takes one change whatever its size.
    public var maxBytes: Int?
    /// What `prune` removes, oldest first; messages that somebody holds are left.
    public var retention: Retention

    public init(maxMessages: Int? = nil, maxBytes: Int? = nil, retention: Retention = .forever) {
        self.maxMessages = maxMessages
        self.maxBytes = maxBytes
        self.retention = retention
    }

    public static let unlimited = QueueSettings()
}
