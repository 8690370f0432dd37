internal import IntegrationCore
internal import IntegrationDocument
internal import RabbitMQClient

/// CloudEvents in AMQP messages: as the AMQP binding (CloudEvents 1.0) says, with headers in the place of application
/// properties, which AMQP 0-9-1 does not have.
struct MessageEvents: Sendable {
    enum Mode: String, Sendable, CaseIterable { case binary, structured }

    static let mode = Field<Mode>.defaulted(
        "mode", .choice, .binary,
        "`binary`: attributes in headers (`cloudEvents:…`), the message as the body; `structured`: one event as JSON.")
    static let table = FieldTable(
        "cloudevents", summary: "Sends messages as events (CloudEvents 1.0, AMQP binding).",
        fields: [mode] + CloudEventAttributes.fields,
        example: "{mode: binary, type: com.example.order.created, source: /orders, subject: \"{{ id }}\"}",
        rules: [CloudEventAttributes.rule])

    private let mode: Mode
    private let attributes: CloudEventAttributes

    init(_ fields: DecodedFields, _ context: any MakerContext) throws(IntegrationError) {
        mode = fields[Self.mode]
        attributes = try CloudEventAttributes(fields, context)
    }

    var isConstant: Bool { attributes.isConstant }

    /// Makes an event of a message whose body is the data.
    func apply(
        to message: inout AMQPMessage, _ input: inout TextInput, id: MessageID
    ) throws(IntegrationError) {
        let event = try attributes.event(
            &input, id: id, data: message.body, contentType: message.properties.contentType ?? "application/json")
        guard mode == .structured else {
            for (name, value) in event.attributes.sorted(by: { $0.key < $1.key }) {
                message.properties.headers[Self.prefixes[0] + name] = .string(value)
            }
            return
        }
        var out = OutputBuffer(capacity: message.body.count + 256)
        event.write(to: &out)
        message.body = out.withBytes { Array($0) }
        message.properties.contentType = CloudEvent.structuredType
    }

    /// What stands before an attribute's name in a header; the second one where colons are not possible.
    private static let prefixes = ["cloudEvents:", "cloudEvents_"]

    /// The event that a delivery carries.
    ///
    /// - Throws: `cloudEventInvalid`, with the reason.
    static func read(_ delivery: AMQPDelivery) throws(IntegrationError) -> CloudEvent {
        let type = MediaType(delivery.properties.contentType ?? "").text
        if type.hasPrefix("application/cloudevents") {
            guard type == "application/cloudevents+json" else {
                throw CloudEvent.invalid("events in the form `\(type)` are not understood; send them as JSON")
            }
            return try CloudEvent(json: delivery.body)
        }
        var attributes: [String: String] = [:]
        for entry in delivery.properties.headers.entries {
            guard let prefix = prefixes.first(where: { entry.name.hasPrefix($0) }) else { continue }
            let name = String(entry.name.dropFirst(prefix.count))
            guard let text = text(entry.value) else {
                throw CloudEvent.invalid("the header `\(entry.name)` is neither a text nor a number nor a boolean")
            }
            guard attributes.updateValue(text, forKey: name) == nil else {
                throw CloudEvent.invalid("the attribute `\(name)` stands twice in the headers")
            }
        }
        guard !attributes.isEmpty else {
            throw CloudEvent.invalid(
                "there is no header `cloudEvents:specversion`, and the type is no CloudEvents type")
        }
        return try CloudEvent(
            attributes, contentType: delivery.properties.contentType,
            data: delivery.body.isEmpty ? nil : delivery.body)
    }

    /// An attribute's value as its text (CloudEvents 1.0, "Type System").
    private static func text(_ value: AMQPValue) -> String? {
        switch value {
        case .string(let text): text
        case .bool(let flag): flag ? "true" : "false"
        case .integer(let number): "\(number)"
        case .unsigned(let number): "\(number)"
        case .bytes(let bytes): Base64.encode(bytes)
        case .double, .decimal, .timestamp, .array, .table, .none: nil
        }
    }
}
