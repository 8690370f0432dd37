/// What is known of a message beside its body (AMQP 0-9-1, class basic).
public struct AMQPProperties: Sendable, Hashable {
    public var contentType: String?
    public var contentEncoding: String?
    public var headers = AMQPTable()
    /// Whether it outlives a restart of the broker, in a durable queue.
    public var isPersistent = false
    public var priority: UInt8?
    public var correlationID: String?
    public var replyTo: String?
    /// Milliseconds until the broker drops it, as decimal digits.
    public var expiration: String?
    public var messageID: String?
    /// Seconds since 1970.
    public var timestamp: UInt64?
    public var type: String?
    public var userID: String?
    public var appID: String?

    public init() {}

    /// The texts, none of which may be longer than 255 bytes, by name.
    var shortTexts: [(name: String, text: String?)] {
        [
            ("content_type", contentType), ("content_encoding", contentEncoding), ("correlation_id", correlationID),
            ("reply_to", replyTo), ("expiration", expiration), ("message_id", messageID), ("type", type),
            ("user_id", userID), ("app_id", appID),
        ]
    }

    /// Bytes that they take on the wire, at most.
    var wireSize: Int {
        shortTexts.reduce(64 + headers.wireSize) { $0 + 1 + ($1.text?.utf8.count ?? 0) }
    }
}
