internal import IntegrationCore
internal import IntegrationDocument
internal import RabbitMQClient

/// What a message knows of how it came: `headers`, `exchange`, `routing_key`, `redelivered`, its properties, and where it
/// stands in a trace.
enum DeliveryMetadata {
    /// Writes the metadata of a delivery into a batch's arena.
    static func write(_ delivery: AMQPDelivery, _ event: CloudEvent? = nil, in arena: Arena) -> UnsafePointer<Word> {
        let properties = delivery.properties
        var texts: [(name: String, text: String?)] = [
            ("exchange", delivery.exchange), ("routing_key", delivery.routingKey),
            ("content_type", properties.contentType), ("content_encoding", properties.contentEncoding),
            ("message_id", properties.messageID), ("correlation_id", properties.correlationID),
            ("type", properties.type), ("reply_to", properties.replyTo), ("expiration", properties.expiration),
            ("app_id", properties.appID),
        ]
        // A trace context that breaks its rules counts as none.
        if case .string(let parent)? = properties.headers["traceparent"],
            let trace = TraceContext(parent: parent, state: text(properties.headers["tracestate"]).map { [$0] } ?? [])
        {
            texts += [("traceparent", parent), ("tracestate", trace.state)]
        }
        let numbers = [("priority", properties.priority.map { UInt64($0) }), ("timestamp", properties.timestamp)]

        var builder = Builder(arena, capacity: 48 + 4 * properties.headers.entries.count)
        let object = builder.open()
        builder.append(string: "redelivered")
        builder.append(.bool(delivery.isRedelivered))
        builder.append(string: "headers")
        write(properties.headers, &builder, arena)
        var count = 2
        for case (let name, let text?) in texts {
            builder.append(string: name)
            builder.append(string: text)
            count += 1
        }
        for case (let name, let number?) in numbers {
            builder.append(string: name)
            builder.append(arena.makeNumber(text: "\(number)"))
            count += 1
        }
        if let event {
            builder.append(string: "cloudevent")
            event.appendAttributes(to: &builder)
            count += 1
        }
        builder.close(object, .object, count: count)
        return builder.finish()
    }

    /// How often the broker handed it over, as far as it counts (`x-delivery-count` of quorum queues).
    static func receiveCount(_ delivery: AMQPDelivery) -> Int32 {
        switch delivery.properties.headers["x-delivery-count"] {
        case .integer(let count)?: Int32(clamping: max(0, count) + 1)
        case .unsigned(let count)?: Int32(clamping: count) &+ 1
        default: delivery.isRedelivered ? 2 : 1
        }
    }

    private static func text(_ value: AMQPValue?) -> String? {
        if case .string(let text)? = value { text } else { nil }
    }

    /// The first of several with one name counts.
    private static func write(_ table: AMQPTable, _ builder: inout Builder, _ arena: Arena) {
        let object = builder.open()
        var names: Set<String> = []
        for entry in table.entries where names.insert(entry.name).inserted {
            builder.append(string: entry.name)
            write(entry.value, &builder, arena)
        }
        builder.close(object, .object, count: names.count)
    }

    private static func write(_ value: AMQPValue, _ builder: inout Builder, _ arena: Arena) {
        switch value {
        case .bool(let flag): builder.append(.bool(flag))
        case .integer(let number): builder.append(arena.makeNumber(text: "\(number)"))
        case .unsigned(let number): builder.append(arena.makeNumber(text: "\(number)"))
        case .timestamp(let seconds): builder.append(arena.makeNumber(text: "\(seconds)"))
        case .double(let number): builder.append(number: number)
        case .decimal(let digits, let scale): builder.append(arena.makeNumber(text: "\(digits)e-\(scale)"))
        case .string(let text): builder.append(string: text)
        case .bytes(let bytes): builder.append(string: Base64.encode(bytes))
        case .none: builder.append(.null)
        case .table(let table): write(table, &builder, arena)
        case .array(let values):
            let array = builder.open()
            for value in values { write(value, &builder, arena) }
            builder.close(array, .array, count: values.count)
        }
    }
}
