/// A message that the broker handed to a consumer.
public struct AMQPDelivery: Sendable {
    /// Names it to the broker, on the channel that it came over.
    public struct Tag: Sendable, Hashable {
        /// Which of the consumer's channels, one after another: a tag means nothing on another one.
        let channel: Int
        let number: UInt64
    }

    public let tag: Tag
    /// Whether it was handed over before, to whomever.
    public let isRedelivered: Bool
    public let exchange: String
    public let routingKey: String
    public let properties: AMQPProperties
    public let body: [UInt8]
}

/// What becomes of a delivery.
public enum AMQPOutcome: Sendable, Hashable {
    /// The broker forgets it.
    case accepted
    /// The broker puts it back into its queue.
    case requeued
    /// The broker hands it to the queue's dead-letter exchange, or drops it where there is none.
    case rejected
}
