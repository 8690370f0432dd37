internal import IntegrationCore

/// The destination.
extension RabbitMQConfiguration {
    static let toExchange = Field<String>.defaulted(
        "exchange", .string, "", "The exchange; empty means straight to the queue that `routing_key` names.")
    static let routingKey = Field<TemplateString>.required("routing_key", .template, "The routing key of each message.")
    static let confirm = Field<Bool>.defaulted(
        "confirm", .bool, true, "Whether the broker confirms; without it a message may be lost.")
    static let mandatory = Field<Bool>.defaulted(
        "mandatory", .bool, true, "Whether a message that reaches no queue is an error; needs `confirm`.")
    static let persistent = Field<Bool>.defaulted(
        "persistent", .bool, true, "Whether messages outlive a restart of the broker.")
    static let headers = Field<[Named<TemplateString>]>.defaulted("headers", .headers, [], "Headers of each message.")
    static let expiration = Field<Duration?>.optional(
        "expiration", .duration(in: .milliseconds(1)...Duration.seconds(31_536_000)),
        "The broker drops messages that have waited longer.")
    static let contentType = Field<String>.defaulted(
        "content_type", .shortText, "application/json", "What the body is said to be.")
    static let messageID = Field<TemplateString?>.optional(
        "message_id", .template, "By default the message's id, the same at every try.")
    static let correlationID = Field<TemplateString?>.optional(
        "correlation_id", .template, "What the message belongs to.")
    static let messageType = Field<TemplateString?>.optional(
        "message_type", .template, "The property `type`, such as `order.created`.")
    static let replyTo = Field<TemplateString?>.optional("reply_to", .template, "Where an answer should go.")
    static let priority = Field<Int?>.optional(
        "priority", .int(0...255), "In a queue with `x-max-priority`, higher ones go first.")

    static let cloudevents = Field<DecodedFields?>.optional(
        "cloudevents", .fields(of: MessageEvents.table), "Sends messages as events (CloudEvents 1.0).")

    static let destination = FieldTable(
        "rabbitmq destination", summary: "Publishes each message; the broker's confirm accepts it.",
        fields: [
            toExchange, routingKey, confirm, mandatory, persistent, headers, expiration, contentType, messageID,
            correlationID, messageType, replyTo, priority, cloudevents,
        ],
        example: "{connector: rabbitmq, exchange: orders, routing_key: order.created, confirm: true}",
        rules: [
            { fields, context in
                if !fields[confirm], fields.isWritten("mandatory"), fields[mandatory] {
                    context.diagnostics.error(
                        .conflictingFields,
                        "`mandatory` in \(context.subject) needs `confirm`: without it nobody waits for what comes back",
                        at: fields.span(of: "mandatory"), help: "leave `confirm` out, or write `mandatory: false`")
                }
                for header in fields[headers] where header.name.utf8.count > 255 || header.name.isEmpty {
                    context.diagnostics.error(
                        .malformedValue, "the name of a header in \(context.subject) must have 1 to 255 bytes",
                        at: header.span)
                }
            },
            { fields, context in
                func warn(_ field: Field<Bool>, _ what: String) {
                    guard !fields[field] else { return }
                    context.warnOfLoss(
                        "\(what) (`\(field.name): false` in \(context.subject))", at: fields.span(of: field.name))
                }
                warn(confirm, "nobody waits until the broker has a message")
                if fields[confirm] { warn(mandatory, "the broker drops a message that reaches no queue") }
                warn(persistent, "messages are gone when the broker restarts")
            },
        ])

    static func makeDestination(
        _ endpoint: EndpointDeclaration, _ context: any MakerContext
    ) throws(IntegrationError) -> any Destination {
        let fields = endpoint.fields
        return RabbitMQDestination(
            connection: try .shared(try context.connection(of: endpoint), context), exchange: fields[toExchange],
            isConfirmed: fields[confirm], isMandatory: fields[confirm] && fields[mandatory],
            template: try MessageTemplate(fields, context))
    }
}

extension FieldType where Value == String {
    /// A text that AMQP can carry as a short one.
    static var shortText: FieldType {
        string("a text of at most 255 bytes without control characters") { text in
            text.utf8.count <= 255 && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        }
    }
}
