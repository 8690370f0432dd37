/// What of a message becomes the body, and which headers go with it.
struct MessageContent: Sendable {
    let contentType: String
    /// A header that carries the message's id.
    let idempotencyHeader: String?
    /// Whether the message itself is the body, where no `body` is written.
    let sendsMessage: Bool
}
