/// A mapping that its table accepted: every field has its value, written or by default.
///
/// Read with the field itself: `fields[Self.path]`.
public struct DecodedFields: Sendable {
    /// The table's name; for `variants` the chosen `type`.
    public let name: String
    /// The place of the mapping, for messages later on.
    public let span: SourceSpan
    private var values: [String: any Sendable]
    private var spans: [String: SourceSpan]

    init(name: String, span: SourceSpan, values: [String: any Sendable], spans: [String: SourceSpan]) {
        self.name = name
        self.span = span
        self.values = values
        self.spans = spans
    }

    /// The value of a field of this table.
    ///
    /// - Precondition: the field belongs to the table that was decoded.
    public subscript<Value>(field: Field<Value>) -> Value {
        guard let box = values[field.name] as? Box<Value> else {
            preconditionFailure("field \(field.name) is not in the table \(name)")
        }
        return box.value
    }

    /// Whether the field was written, rather than left to its default.
    public func isWritten(_ name: String) -> Bool { spans[name] != nil }

    /// Where the field's value stands; the mapping's own place where it was not written.
    public func span(of name: String) -> SourceSpan { spans[name] ?? span }

    /// The names of the fields that were written.
    public var writtenNames: [String] { spans.keys.sorted() }
}

/// A Swift type that is configured by a table.
public protocol Configurable: Sendable {
    /// The one description that decoder, linter, docs, JSON Schema and redaction come from.
    static var table: FieldTable { get }

    /// Takes the values over; what can be wrong with them, the table and its rules have already found.
    init(_ fields: DecodedFields)
}

extension Configurable {
    /// Decodes a mapping by the type's table; nil where a mistake was reported.
    public static func decode(_ node: ConfigurationNode, _ context: inout DecodingContext) -> Self? {
        table.decode(node, &context).map { Self($0) }
    }
}

/// The empty table's type: nothing to configure.
public struct NoConfiguration: Configurable {
    public static let table = FieldTable("nothing", summary: "Has no options.", fields: [])
    public init(_ fields: DecodedFields) {}
    public init() {}
}
