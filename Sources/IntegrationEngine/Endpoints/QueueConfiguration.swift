internal import IntegrationCore

/// `type: queue` of a source.
struct QueueSourceConfiguration: Configurable {
    static let name = Field<NameReference>.required(
        "name", .name(of: .queue, createsQueue: true), "The queue to read; it comes into being when nobody declares it."
    )
    static let batchSize = Field<Int>.defaulted(
        "batch_size", .int(1...100_000), 100, "Messages at most in one delivery; what is there is delivered at once.")
    static let pollInterval = Field<Duration?>.optional(
        "poll_interval", .duration,
        "Accepted so that queues can be exchanged; an embedded queue wakes its reader at once and is never polled.")
    static let visibilityTimeout = Field<Duration>.defaulted(
        "visibility_timeout", .duration(in: .seconds(1)...Duration.seconds(43_200)), .seconds(30),
        "How long a message is kept from others; extended while work goes on, after it the message is handed out again."
    )
    static let concurrency = Field<Int?>.optional(
        "concurrency", .int(1...1024), "Deliveries worked on at once; without it twice the processors.")

    static let table = FieldTable(
        "queue source", summary: "Reads an embedded queue; a message leaves it in the transaction that settles it.",
        fields: [name, batchSize, pollInterval, visibilityTimeout, concurrency], shorthand: "name",
        example: "{name: orders, batch_size: 100, visibility_timeout: 5m}")

    let reading: QueueReading

    init(_ fields: DecodedFields) {
        reading = QueueReading(
            queue: fields[Self.name], batchSize: fields[Self.batchSize],
            visibilityTimeout: fields[Self.visibilityTimeout], concurrency: fields[Self.concurrency])
    }
}

/// `type: queue` of a destination.
struct QueueDestinationConfiguration: Configurable {
    static let name = Field<NameReference>.required(
        "name", .name(of: .queue, createsQueue: true), "The queue to put messages into.")

    static let table = FieldTable(
        "queue destination", summary: "Puts messages into an embedded queue, in the transaction that settles them.",
        fields: [name], shorthand: "name", example: "{name: orders}")

    let name: NameReference

    init(_ fields: DecodedFields) { name = fields[Self.name] }
}
