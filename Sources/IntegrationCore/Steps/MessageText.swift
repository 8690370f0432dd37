public import IntegrationDocument

/// Text with `{{ expression }}` in it, compiled: filled in for each message, or for the keys of a lookup.
public protocol MessageText: Sendable {
    /// The text, where it holds no expression.
    var constant: String? { get }

    /// Fills the text in.
    ///
    /// - Parameter encoding: how values are encoded; what stands in the template itself is written as it is.
    /// - Throws: what an expression throws; a value that is missing or null is an error too.
    func string(_ input: inout TextInput, encoding: TextEncoding) throws(IntegrationError) -> String
}

/// JSON or a text with `{{ expression }}` in it, compiled.
public protocol MessageBody: Sendable {
    /// Whether it is JSON; otherwise it is a plain text.
    var isJSON: Bool { get }

    /// Fills the body in and appends it.
    func write(_ input: inout TextInput, to out: inout OutputBuffer) throws(IntegrationError)
}

/// How values are encoded where they are put into a text.
public enum TextEncoding: Sendable, Hashable {
    case plain
    /// One segment of a URL's path (RFC 3986, 3.3): everything but unreserved characters is percent-encoded.
    case pathSegment
    /// One value in a URL's query (RFC 3986, 3.4): everything but unreserved characters is percent-encoded.
    case queryValue
}

/// What the expressions of a text are evaluated over.
public struct TextInput: Sendable {
    /// Nil where a lookup is asked and no message is at hand.
    public private(set) var message: Message?
    public let arena: Arena
    /// `$key` is the first one and `$keys` all of them; none where no lookup is asked.
    public var keys: [LookupKey]
    public let context: FlowContext

    public init(message: Message? = nil, keys: [LookupKey] = [], arena: Arena, context: FlowContext) {
        self.message = message
        self.keys = keys
        self.arena = arena
        self.context = context
    }

    /// The message's body as a document, parsed at the first call; nil without a message.
    ///
    /// - Throws: `messageNotJSON`.
    public mutating func document() throws(IntegrationError) -> View? {
        try message?.parsed(in: arena)
    }
}
