/// The right to settle some messages of a queue, until it expires; its token is never given out again.
public struct Lease: Sendable, Hashable {
    public let queue: QueueName
    /// The fencing token.
    public let token: UInt64

    public init(queue: QueueName, token: UInt64) {
        self.queue = queue
        self.token = token
    }
}
