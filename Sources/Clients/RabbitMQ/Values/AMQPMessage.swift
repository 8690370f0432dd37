public import IntegrationCore

/// A message to be published.
public struct AMQPMessage: Sendable {
    public var routingKey: String
    public var properties: AMQPProperties
    public var body: [UInt8]

    public init(routingKey: String, properties: AMQPProperties = AMQPProperties(), body: [UInt8]) {
        self.routingKey = routingKey
        self.properties = properties
        self.body = body
    }

    /// Longest short text of the protocol, in bytes.
    static let longestShortText = 255

    /// Whether the message can be written as it stands.
    ///
    /// - Parameter frame: bytes that a frame holds at most; properties must fit into one.
    /// - Throws: `amqpMessageInvalid`.
    public func check(frame: Int = 131_072) throws(IntegrationError) {
        try Self.check(shortText: routingKey, "the routing key")
        for (name, text) in properties.shortTexts {
            if let text { try Self.check(shortText: text, "`\(name)`") }
        }
        for entry in properties.headers.entries {
            try Self.check(shortText: entry.name, "the name of a header")
            if case .string(let text) = entry.value, Self.holdsControl(text) {
                throw Self.invalid(
                    "the header `\(entry.name)` would hold a line break or another control character")
            }
        }
        let size = properties.wireSize
        guard size <= frame - 64 else {
            throw Self.invalid(
                "its headers take \(size) bytes; all of them together may take \(frame - 64)",
                remedy: "Put what is large into the body.")
        }
    }

    private static func check(shortText text: String, _ what: String) throws(IntegrationError) {
        guard text.utf8.count <= longestShortText else {
            throw invalid("\(what) has \(text.utf8.count) bytes; AMQP allows \(longestShortText)")
        }
        guard !holdsControl(text) else {
            throw invalid("\(what) would hold a line break or another control character")
        }
    }

    private static func holdsControl(_ text: String) -> Bool { text.utf8.contains { $0 < 0x20 || $0 == 0x7F } }

    private static func invalid(_ reason: String, remedy: String? = nil) -> IntegrationError {
        IntegrationError(.amqpMessageInvalid, reason, remedy: remedy)
    }
}
