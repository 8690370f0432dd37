/// How a queue is consumed.
public struct ConsumerOptions: Sendable, Hashable {
    public var queue: String
    /// Most messages that are not settled.
    public var prefetch: Int
    /// Whether nobody else may consume the queue.
    public var isExclusive: Bool
    /// How long a message may be unsettled before it goes back to the queue.
    public var visibility: Duration

    public init(queue: String, prefetch: Int, isExclusive: Bool = false, visibility: Duration = .seconds(300)) {
        self.queue = queue
        self.prefetch = prefetch
        self.isExclusive = isExclusive
        self.visibility = visibility
    }
}
