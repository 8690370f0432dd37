internal import IntegrationCore
internal import IntegrationDocument
internal import RabbitMQClient

/// What each message of a destination is published as, compiled.
struct MessageTemplate: Sendable {
    private let routingKey: any MessageText
    private let headers: [(name: String, text: any MessageText)]
    private let messageID: (any MessageText)?
    private let correlationID: (any MessageText)?
    private let type: (any MessageText)?
    private let replyTo: (any MessageText)?
    /// Makes events of messages, where they are sent as such.
    private let events: MessageEvents?
    /// What is the same for all.
    private let properties: AMQPProperties

    init(_ fields: DecodedFields, _ context: any MakerContext) throws(IntegrationError) {
        typealias Fields = RabbitMQConfiguration
        func text(_ field: Field<TemplateString?>) throws(IntegrationError) -> (any MessageText)? {
            try fields[field].map { template throws(IntegrationError) in try context.text(template) }
        }
        routingKey = try context.text(fields[Fields.routingKey])
        var headers: [(name: String, text: any MessageText)] = []
        for header in fields[Fields.headers] { headers.append((header.name, try context.text(header.value))) }
        self.headers = headers
        messageID = try text(Fields.messageID)
        correlationID = try text(Fields.correlationID)
        type = try text(Fields.messageType)
        replyTo = try text(Fields.replyTo)
        events = try fields[Fields.cloudevents].map { events throws(IntegrationError) in
            try MessageEvents(events, context)
        }
        var properties = AMQPProperties()
        properties.contentType = fields[Fields.contentType]
        properties.isPersistent = fields[Fields.persistent]
        properties.priority = fields[Fields.priority].map { UInt8(clamping: $0) }
        properties.expiration = fields[Fields.expiration].map { "\($0.milliseconds)" }
        self.properties = properties
    }

    /// Whether nothing of it comes from messages, so that filling it in changes nobody's memory.
    var isConstant: Bool {
        let optional = [messageID, correlationID, type, replyTo].compactMap(\.self)
        return ([routingKey] + headers.map(\.text) + optional).allSatisfy { $0.constant != nil }
            && events?.isConstant ?? true
    }

    /// The routing key, where it is the same for all.
    var fixedRoutingKey: String? { routingKey.constant }

    /// - Parameter trace: what is handed on.
    func message(
        _ input: inout TextInput, id: MessageID, body: [UInt8], trace: TraceContext
    ) throws(IntegrationError) -> AMQPMessage {
        var properties = properties
        properties.messageID = try messageID?.string(&input, encoding: .plain) ?? id.description
        properties.correlationID = try correlationID?.string(&input, encoding: .plain)
        properties.type = try type?.string(&input, encoding: .plain)
        properties.replyTo = try replyTo?.string(&input, encoding: .plain)
        properties.headers.entries.reserveCapacity(headers.count + 2)
        for header in headers {
            let value = try header.text.string(&input, encoding: .plain)
            properties.headers.entries.append(AMQPTable.Entry(header.name, .string(value)))
        }
        properties.headers["traceparent"] = .string(trace.parent)
        if let state = trace.state { properties.headers["tracestate"] = .string(state) }
        var message = AMQPMessage(
            routingKey: try routingKey.string(&input, encoding: .plain), properties: properties, body: body)
        try events?.apply(to: &message, &input, id: id)
        return message
    }
}
