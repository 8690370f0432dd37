internal import IntegrationCore

/// The source.
extension RabbitMQConfiguration {
    static let fromQueue = Field<String>.required("queue", .shortText, "The queue to consume.")
    static let prefetch = Field<Int?>.optional(
        "prefetch", .int(1...65535), "Messages at most that are not settled; by default twice `batch_size`.")
    static let batchSize = Field<Int>.defaulted(
        "batch_size", .int(1...65535), 100, "Messages at most in one delivery; what is there is delivered at once.")
    static let visibilityTimeout = Field<Duration>.defaulted(
        "visibility_timeout", .duration(in: .milliseconds(100)...Duration.seconds(86_400)), .seconds(300),
        "After it an unsettled message goes back to the queue; below the broker's own `consumer_timeout` (30 minutes).")
    static let exclusive = Field<Bool>.defaulted(
        "exclusive", .bool, false, "Whether nobody else may consume the queue.")
    static let concurrency = Field<Int?>.optional(
        "concurrency", .int(1...1024), "Deliveries worked on at once; without it twice the processors.")

    static let readsEvents = Field<Bool>.defaulted(
        "cloudevents", .bool, false,
        "Whether messages are CloudEvents (1.0): the data is the message, the attributes are `$meta.cloudevent`.")

    static let source = FieldTable(
        "rabbitmq source", summary: "Consumes a queue; messages are acknowledged when they are settled.",
        fields: [fromQueue, prefetch, batchSize, visibilityTimeout, exclusive, readsEvents, concurrency],
        example: "{connector: rabbitmq, queue: order-processing, batch_size: 50}",
        rules: [
            { fields, context in
                guard let prefetch = fields[prefetch], prefetch < fields[batchSize] else { return }
                context.diagnostics.error(
                    .conflictingFields,
                    "`prefetch` in \(context.subject) is below `batch_size`: no delivery could ever be full",
                    at: fields.span(of: "prefetch"), help: "write `prefetch: \(2 * fields[batchSize])`, or leave it out"
                )
            },
            { fields, context in
                guard fields[visibilityTimeout] >= .seconds(1800) else { return }
                context.diagnostics.warning(
                    .contradictsItself,
                    "`visibility_timeout` in \(context.subject) is not below the broker's `consumer_timeout`, "
                        + "by default 30 minutes: it would close the channel first",
                    at: fields.span(of: "visibility_timeout"), help: "write `visibility_timeout: 5m`")
            },
        ])

    static func makeSource(
        _ endpoint: EndpointDeclaration, _ context: any MakerContext
    ) throws(IntegrationError) -> any Source {
        let fields = endpoint.fields
        let batchSize = fields[batchSize]
        return RabbitMQSource(
            connection: try .shared(try context.connection(of: endpoint), context), queue: fields[fromQueue],
            prefetch: fields[prefetch] ?? min(2 * batchSize, 65535), batchSize: batchSize,
            visibility: fields[visibilityTimeout], isExclusive: fields[exclusive], readsEvents: fields[readsEvents],
            concurrency: fields[concurrency])
    }
}
