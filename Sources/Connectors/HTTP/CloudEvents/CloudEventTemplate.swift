internal import HTTPTransport
internal import IntegrationCore
internal import IntegrationDocument
internal import NIOCore
internal import NIOHTTP1

/// `cloudevents:` of a destination, compiled: makes events of messages.
struct CloudEventTemplate: Sendable {
    enum Mode: String, Sendable, CaseIterable { case binary, structured, batched }

    static let mode = Field<Mode>.defaulted(
        "mode", .choice, .binary,
        "`binary`: attributes in headers, the message as the body; `structured`: one event as JSON; `batched`: many "
            + "events in one request, as `batch` says.")
    static let type = Field<TemplateString>.required(
        "type", .template, "What happened, such as `com.example.order.created`.")
    static let source = Field<TemplateString>.required("source", .template, "Where it happened, such as `/orders`.")
    static let id = Field<TemplateString?>.optional("id", .template, "By default the message's id.")
    static let subject = Field<TemplateString?>.optional("subject", .template, "What it happened to.")
    static let time = Field<TemplateString?>.optional("time", .template, "When it happened (RFC 3339).")
    static let dataschema = Field<TemplateString?>.optional("dataschema", .template, "The schema of the data, a URI.")
    static let extensions = Field<[Named<TemplateString>]>.defaulted(
        "extensions", .headers, [], "Further attributes; their names are lower-case letters and digits.")

    static let table = FieldTable(
        "cloudevents", summary: "Sends messages as events (CloudEvents 1.0, HTTP binding).",
        fields: [mode, type, source, id, subject, time, dataschema, extensions],
        example: "{mode: binary, type: com.example.order.created, source: /orders, subject: \"{{ id }}\"}",
        rules: [
            { fields, context in
                for entry in fields[extensions] where !CloudEvent.isName(entry.name) {
                    context.diagnostics.error(
                        .malformedValue,
                        "`\(entry.name)` in \(context.subject) is no name of an attribute: lower-case letters and digits",
                        at: entry.span)
                }
            }
        ])

    let mode: Mode
    private let attributes: [RequestTemplate.Entry]

    init(_ fields: DecodedFields, _ context: any MakerContext) throws(IntegrationError) {
        mode = fields[Self.mode]
        var written = [Named("type", fields[Self.type]), Named("source", fields[Self.source])]
        for (name, field) in [
            ("id", Self.id), ("subject", Self.subject), ("time", Self.time), ("dataschema", Self.dataschema),
        ] {
            if let text = fields[field] { written.append(Named(name, text)) }
        }
        attributes = try RequestTemplate.entries(written + fields[Self.extensions], context)
    }

    /// Makes an event of a request whose body is the data.
    func apply(
        to request: inout HTTPRequest, _ input: inout TextInput, _ id: MessageID, _ content: MessageContent
    ) throws(IntegrationError) {
        let data = request.body.map { Array($0.readableBytesView) } ?? []
        let type = request.headers.first(name: "content-type") ?? content.contentType
        let event = try event(&input, id: id, data: data, contentType: type)
        if mode == .binary { return CloudEventWriter.write(event, to: &request.headers) }
        var out = OutputBuffer(capacity: data.count + 256)
        CloudEventWriter.write(event, to: &out)
        request.body = out.withBytes { ByteBuffer(bytes: $0) }
        request.headers.replaceOrAdd(name: "content-type", value: CloudEventWriter.structuredType)
    }

    /// The event of a message.
    ///
    /// - Parameter data: the body.
    func event(
        _ input: inout TextInput, id: MessageID, data: [UInt8], contentType: String
    ) throws(IntegrationError) -> CloudEvent {
        var values = ["specversion": "1.0", "id": id.description]
        for entry in attributes { values[entry.name] = try entry.text.string(&input, encoding: .plain) }
        return try CloudEvent(values, contentType: contentType, data: data)
    }
}
