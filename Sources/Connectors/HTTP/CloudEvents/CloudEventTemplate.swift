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

    static let table = FieldTable(
        "cloudevents", summary: "Sends messages as events (CloudEvents 1.0, HTTP binding).",
        fields: [mode] + CloudEventAttributes.fields,
        example: "{mode: binary, type: com.example.order.created, source: /orders, subject: \"{{ id }}\"}",
        rules: [CloudEventAttributes.rule])

    let mode: Mode
    let attributes: CloudEventAttributes

    init(_ fields: DecodedFields, _ context: any MakerContext) throws(IntegrationError) {
        mode = fields[Self.mode]
        attributes = try CloudEventAttributes(fields, context)
    }

    /// Makes an event of a request whose body is the data.
    func apply(
        to request: inout HTTPRequest, _ input: inout TextInput, _ id: MessageID, _ content: MessageContent
    ) throws(IntegrationError) {
        let data = request.body.map { Array($0.readableBytesView) } ?? []
        let type = request.headers.first(name: "content-type") ?? content.contentType
        let event = try attributes.event(&input, id: id, data: data, contentType: type)
        if mode == .binary { return CloudEventWriter.write(event, to: &request.headers) }
        var out = OutputBuffer(capacity: data.count + 256)
        event.write(to: &out)
        request.body = out.withBytes { ByteBuffer(bytes: $0) }
        request.headers.replaceOrAdd(name: "content-type", value: CloudEvent.structuredType)
    }
}
