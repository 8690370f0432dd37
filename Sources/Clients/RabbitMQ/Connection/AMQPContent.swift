/// A message that is coming in: its method is there, header and body follow.
struct AMQPContent {
    enum Purpose {
        case delivery(tag: UInt64, isRedelivered: Bool)
        case back(code: UInt16, text: String)
    }

    var purpose: Purpose
    var exchange: String
    var routingKey: String
    /// Nil: the header has not come yet.
    var properties: AMQPProperties?
    /// Bytes of the whole body.
    var size: UInt64 = 0
    var body: [UInt8] = []

    /// More than any broker lets through (RabbitMQ's own limit is 512 MiB).
    static let largestBody: UInt64 = 512 << 20

    /// What it is, once all of it is there.
    func event(on channel: UInt16) -> AMQPEvent? {
        guard let properties, UInt64(body.count) >= size else { return nil }
        switch purpose {
        case .delivery(let tag, let isRedelivered):
            return .delivered(
                channel: channel,
                AMQPDelivered(
                    tag: tag, isRedelivered: isRedelivered, exchange: exchange, routingKey: routingKey,
                    properties: properties, body: body))
        case .back(let code, let text):
            return .returned(
                channel: channel,
                AMQPReturn(
                    code: code, text: text, exchange: exchange, routingKey: routingKey, properties: properties))
        }
    }
}
