/// What the broker says of its own accord.
enum AMQPEvent {
    case confirmed(channel: UInt16, number: UInt64, multiple: Bool, isAccepted: Bool)
    case returned(channel: UInt16, AMQPReturn)
    case delivered(channel: UInt16, AMQPDelivered)
    /// The broker took a consumer's queue away.
    case cancelled(channel: UInt16)
    case channelClosed(channel: UInt16, code: UInt16, text: String)
    case blocked(reason: String)
    case unblocked
}

/// A message that the broker sent back.
struct AMQPReturn {
    var code: UInt16
    var text: String
    var exchange: String
    var routingKey: String
    var properties: AMQPProperties
}

/// A message for a consumer.
struct AMQPDelivered {
    var tag: UInt64
    var isRedelivered: Bool
    var exchange: String
    var routingKey: String
    var properties: AMQPProperties
    var body: [UInt8]
}
