/// Every field of one type, in the order that the reference shows them.
public struct FieldTable: Sendable {
    /// A condition over several fields; runs only when every field by itself is right.
    public typealias Rule = @Sendable (DecodedFields, inout DecodingContext) -> Void

    /// As in messages and docs: `file source`, `retry`; for a variant, its `type`.
    public let name: String
    /// One sentence.
    public let summary: String
    public let fields: [FieldDescription]
    /// YAML that decodes without a mistake; empty where the fields speak for themselves.
    public let example: String
    /// The field that a bare value stands for: `- validate: order-schema`.
    public let shorthand: String?
    public let rules: [Rule]

    public init(
        _ name: String, summary: String, fields: [any TableField], shorthand: String? = nil, example: String = "",
        rules: [Rule] = []
    ) {
        self.name = name
        self.summary = summary
        self.fields = fields.map(\.description)
        self.shorthand = shorthand
        self.example = example
        self.rules = rules
    }

    public func field(_ name: String) -> FieldDescription? { fields.first { $0.name == name } }

    /// Decodes a mapping by this table and reports every mistake in it.
    ///
    /// - Parameter ignoring: keys that somebody else reads, such as `type`.
    /// - Returns: the values; nil where a mistake was reported.
    public func decode(
        _ node: ConfigurationNode, _ context: inout DecodingContext, ignoring: Set<String> = []
    ) -> DecodedFields? {
        var node = node
        if node.isAbsent { node.content = .mapping(ConfigurationMapping()) }
        if node.mapping == nil, let shorthand, fields.contains(where: { $0.name == shorthand }) {
            let entry = ConfigurationMapping.Entry(key: shorthand, keySpan: node.span, value: node)
            node = ConfigurationNode(.mapping(ConfigurationMapping([entry])), at: node.span)
        }
        guard let mapping = node.mapping else {
            context.wrongType(node, expected: .table(self))
            return nil
        }
        var isComplete = true
        for entry in mapping.entries where !ignoring.contains(entry.key) && field(entry.key) == nil {
            context.unknownField(entry, in: self, ignoring: ignoring)
            isComplete = false
        }
        var values: [String: any Sendable] = [:]
        var spans: [String: SourceSpan] = [:]
        for field in fields {
            if let entry = mapping.entry(field.name), !entry.value.isAbsent {
                spans[field.name] = entry.value.span
                if let advice = field.deprecation { context.deprecated(entry, advice: advice) }
                values[field.name] = context.within(entry.key, at: entry.keySpan) { field.decode(entry.value, &$0) }
            } else if field.isRequired {
                context.missing(field.name, at: mapping.entry(field.name)?.keySpan, help: "it is \(field.shape.phrase)")
            } else {
                values[field.name] = field.whenAbsent
            }
            if values[field.name] == nil { isComplete = false }
        }
        guard isComplete else { return nil }
        let decoded = DecodedFields(name: name, span: context.keySpan ?? node.span, values: values, spans: spans)
        let before = context.diagnostics.errorCount
        for rule in rules { rule(decoded, &context) }
        return context.diagnostics.errorCount == before ? decoded : nil
    }
}

extension FieldTable {
    /// Exactly one of these fields must be written.
    public static func exactlyOne(of names: String...) -> Rule {
        { fields, context in
            let written = names.filter(fields.isWritten)
            if written.isEmpty {
                let choice = FieldShape.choice(names)
                context.diagnostics.error(
                    .missingField, "\(context.subject) needs \(choice)", at: fields.span)
            } else if written.count > 1 {
                context.exclude(written, in: fields)
            }
        }
    }

    /// At most one of these fields may be written.
    public static func atMostOne(of names: String...) -> Rule {
        { fields, context in
            let written = names.filter(fields.isWritten)
            if written.count > 1 { context.exclude(written, in: fields) }
        }
    }

    /// Where the first field is written, the others must be too.
    public static func field(_ name: String, needs others: String...) -> Rule {
        { fields, context in
            guard fields.isWritten(name) else { return }
            for other in others where !fields.isWritten(other) {
                context.diagnostics.error(
                    .missingField, "`\(name)` in \(context.subject) needs `\(other)` beside it",
                    at: fields.span(of: name), help: "add `\(other): …`")
            }
        }
    }
}
