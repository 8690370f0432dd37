/// Text with `{{ expression }}` in it, filled in for each message at run time.
public struct TemplateString: Sendable, Hashable, ExpressibleByStringLiteral {
    public var text: String
    public init(_ text: String) { self.text = text }
    public init(stringLiteral value: String) { text = value }
}

/// A JSONata expression as written.
public struct ExpressionText: Sendable, Hashable, ExpressibleByStringLiteral {
    public var text: String
    public init(_ text: String) { self.text = text }
    public init(stringLiteral value: String) { text = value }
}

/// A JSONPath (RFC 9535) as written, or a bare member path such as `customer.id`.
public struct JSONPathText: Sendable, Hashable, ExpressibleByStringLiteral {
    public var text: String
    public init(_ text: String) { self.text = text }
    public init(stringLiteral value: String) { text = value }
}
