/// Messages for one queue: all their bytes in one block, which is read where it stands.
///
/// Parking and the outboxes are this too, with `QueueName.parked(flow:)` and `QueueName.outbox(flow:destination:)`.
public struct Enqueue: Sendable {
    public var queue: QueueName
    public var block: [UInt8]
    /// In the order in which they are handed over.
    public var messages: [NewMessage]

    public init(queue: QueueName, block: [UInt8], messages: [NewMessage]) {
        self.queue = queue
        self.block = block
        self.messages = messages
    }
}
