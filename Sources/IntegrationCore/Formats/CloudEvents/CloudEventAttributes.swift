/// The attributes of the events that a destination makes of messages, compiled.
public struct CloudEventAttributes: Sendable {
    static let type = Field<TemplateString>.required(
        "type", .template, "What happened, such as `com.example.order.created`.")
    static let source = Field<TemplateString>.required("source", .template, "Where it happened, such as `/orders`.")
    static let id = Field<TemplateString?>.optional("id", .template, "By default the message's id.")
    static let subject = Field<TemplateString?>.optional("subject", .template, "What it happened to.")
    static let time = Field<TemplateString?>.optional("time", .template, "When it happened (RFC 3339).")
    static let dataschema = Field<TemplateString?>.optional("dataschema", .template, "The schema of the data, a URI.")
    static let extensions = Field<[Named<TemplateString>]>.defaulted(
        "extensions", .headers, [], "Further attributes; their names are lower-case letters and digits.")

    /// All of them, in the order that the reference shows them.
    public static let fields: [any TableField] = [type, source, id, subject, time, dataschema, extensions]

    /// Names of extensions are names of attributes.
    public static let rule: FieldTable.Rule = { fields, context in
        for entry in fields[extensions] where !CloudEvent.isName(entry.name) {
            context.diagnostics.error(
                .malformedValue,
                "`\(entry.name)` in \(context.subject) is no name of an attribute: lower-case letters and digits",
                at: entry.span)
        }
    }

    private let attributes: [(name: String, text: any MessageText)]

    public init(_ fields: DecodedFields, _ context: any MakerContext) throws(IntegrationError) {
        var written = [Named("type", fields[Self.type]), Named("source", fields[Self.source])]
        for (name, field) in [
            ("id", Self.id), ("subject", Self.subject), ("time", Self.time), ("dataschema", Self.dataschema),
        ] {
            if let text = fields[field] { written.append(Named(name, text)) }
        }
        var attributes: [(name: String, text: any MessageText)] = []
        for entry in written + fields[Self.extensions] {
            attributes.append((entry.name, try context.text(entry.value)))
        }
        self.attributes = attributes
    }

    /// Whether none of them comes from messages.
    public var isConstant: Bool { attributes.allSatisfy { $0.text.constant != nil } }

    /// The event of a message.
    ///
    /// - Parameter data: the body.
    /// - Throws: what expressions throw; `cloudEventInvalid` where an attribute came out empty.
    public func event(
        _ input: inout TextInput, id: MessageID, data: [UInt8], contentType: String
    ) throws(IntegrationError) -> CloudEvent {
        var values = ["specversion": "1.0", "id": id.description]
        for entry in attributes { values[entry.name] = try entry.text.string(&input, encoding: .plain) }
        return try CloudEvent(values, contentType: contentType, data: data)
    }
}
