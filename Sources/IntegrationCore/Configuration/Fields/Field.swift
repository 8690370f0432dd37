/// One field of a table, typed: `c[Self.path]` gives a `PathValue`.
///
/// A field is required, has a default, or is optional (`Field<Value?>`):
/// ```swift
/// static let path = Field<PathValue>.required("path", .path, "The file to read.")
/// static let batchSize = Field<Int>.defaulted("batch_size", .int(1...100_000), 100, "How many lines at most …")
/// static let key = Field<ExpressionText?>.optional("key", .expression, "…")
/// ```
public struct Field<Value: Sendable>: TableField {
    public var name: String { description.name }
    /// The field without its type: what tables, docs and linter work with.
    public private(set) var description: FieldDescription

    /// A field that must be written.
    public static func required(_ name: String, _ type: FieldType<Value>, _ doc: String) -> Field {
        Field(
            description: FieldDescription(
                name: name, shape: type.shape, doc: doc, presence: .required,
                decode: { node, context in type.decode(node, &context).map { Box($0) } }, whenAbsent: nil))
    }

    /// A field with a value of its own where nothing is written.
    public static func defaulted(
        _ name: String, _ type: FieldType<Value>, _ value: Value, _ doc: String
    ) -> Field {
        Field(
            description: FieldDescription(
                name: name, shape: type.shape, doc: doc, presence: .defaulted(type.encode(value)),
                decode: { node, context in type.decode(node, &context).map { Box($0) } }, whenAbsent: Box(value)))
    }

    /// A field that may be left out.
    public static func optional<Wrapped>(
        _ name: String, _ type: FieldType<Wrapped>, _ doc: String
    ) -> Field where Value == Wrapped? {
        Field(
            description: FieldDescription(
                name: name, shape: type.shape, doc: doc, presence: .optional,
                decode: { node, context in type.decode(node, &context).map { Box(Value.some($0)) } },
                whenAbsent: Box(Value.none)))
    }

    /// The same field, still read but warned about.
    ///
    /// - Parameter advice: what to write instead.
    public func deprecated(_ advice: String) -> Field {
        var copy = self
        copy.description.deprecation = advice
        return copy
    }
}

/// What a table can be made of: fields with their type, or descriptions of them.
public protocol TableField: Sendable {
    var description: FieldDescription { get }
}

/// A field without its Swift type.
public struct FieldDescription: TableField {
    public var description: FieldDescription { self }

    public enum Presence: Sendable {
        case required
        /// With the default as it would be written, where it can be written.
        case defaulted(ConfigurationNode?)
        case optional
    }

    public let name: String
    public let shape: FieldShape
    /// One or two sentences for reference docs and editors.
    public let doc: String
    public let presence: Presence
    /// What to write instead of it, where it is on its way out.
    public internal(set) var deprecation: String?

    let decode: @Sendable (ConfigurationNode, inout DecodingContext) -> (any Sendable)?
    let whenAbsent: (any Sendable)?

    public var isRequired: Bool {
        if case .required = presence { true } else { false }
    }

    public var defaultValue: ConfigurationNode? {
        if case .defaulted(let node) = presence { node } else { nil }
    }
}

/// Keeps the exact static type of a decoded value, optionals included.
struct Box<Value: Sendable>: Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
}
