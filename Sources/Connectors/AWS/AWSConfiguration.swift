public import IntegrationCore

/// Everything about S3 and SQS that a configuration can say: plugin services, and their sources and destinations.
public enum AWSConfiguration {
    /// What the catalog gets.
    public static let types: [TypeDescription] = [
        TypeDescription(.pluginService, "s3", s3, isBuilt: false),
        TypeDescription(.pluginService, "sqs", sqs, isBuilt: false),
        TypeDescription(.connector, "s3", s3, isBuilt: false),
        TypeDescription(.connector, "sqs", sqs, isBuilt: false),
        TypeDescription(.source, "s3", s3Source, isBuilt: false, connector: "s3"),
        TypeDescription(.destination, "s3", s3Destination, isBuilt: false, connector: "s3"),
        TypeDescription(.source, "sqs", sqsSource, isBuilt: false, connector: "sqs"),
        TypeDescription(.destination, "sqs", sqsDestination, isBuilt: false, connector: "sqs"),
    ]

    // MARK: Common

    static let region = Field<String>.required("region", .string, "The region, such as `us-west-2`.")
    static let endpoint = Field<URLValue?>.optional(
        "endpoint", .url("https", "http"), "Another server that speaks the protocol.")
    static let credentials = Field<DecodedFields?>.optional(
        "credentials", .variants([environment, profile, metadata, fixed]),
        "Where credentials come from; by default environment, shared files, then container or instance metadata.")

    static let environment = FieldTable("environment", summary: "From `AWS_…` variables.", fields: [])
    static let profileName = Field<String>.defaulted("name", .string, "default", "The profile.")
    static let profile = FieldTable("profile", summary: "From the shared configuration files.", fields: [profileName])
    static let metadata = FieldTable("metadata", summary: "From the container or the machine.", fields: [])
    static let accessKey = Field<String>.required("access_key_id", .string, "The key's id.")
    static let secretKey = Field<SecretString>.required("secret_access_key", .secret, "The key.")
    static let sessionToken = Field<SecretString?>.optional("session_token", .secret, "For temporary keys.")
    static let fixed = FieldTable("static", summary: "Written here.", fields: [accessKey, secretKey, sessionToken])

    static let batchSize = Field<Int>.defaulted("batch_size", .int(1...10_000), 10, "Messages at most in one delivery.")
    static let pollInterval = Field<Duration>.defaulted(
        "poll_interval", .duration, .seconds(20), "How often to ask where nothing wakes us.")
    static let visibilityTimeout = Field<Duration>.defaulted(
        "visibility_timeout", .duration(in: .seconds(1)...Duration.seconds(43_200)), .seconds(300),
        "After it an unsettled message is handed out again; twelve hours at most.")

    // MARK: S3

    static let bucket = Field<String>.required("bucket", .string, "The bucket.")
    static let prefix = Field<String>.defaulted("prefix", .string, "", "What every key starts with.")
    static let pathStyle = Field<Bool>.defaulted(
        "path_style", .bool, false, "Whether the bucket stands in the path rather than in the host's name.")
    static let s3 = FieldTable(
        "s3", summary: "A bucket of S3.",
        fields: [region, bucket, prefix, credentials, endpoint, pathStyle] + ConnectorFields.all,
        example: "{region: us-west-2, bucket: data-bucket, prefix: data/}")

    enum AfterReading: String, Sendable, CaseIterable { case keep, delete, move }

    static let afterReading = Field<AfterReading>.defaulted(
        "after", .choice, .keep, "What becomes of an object once settled.")
    static let moveTo = Field<String?>.optional("move_to", .string, "The prefix that `after: move` moves to.")
    static let s3Source = FieldTable(
        "s3 source", summary: "Reads the objects of a bucket.",
        fields: [batchSize, pollInterval, afterReading, moveTo], example: "{connector: s3, after: delete}",
        rules: [
            { fields, context in
                guard fields[afterReading] == .move, fields[moveTo] == nil else { return }
                context.diagnostics.error(
                    .missingField, "`after: move` in \(context.subject) needs `move_to`", at: fields.span(of: "after"))
            }
        ])

    static let objectKey = Field<TemplateString>.required("key", .template, "The key of each object, after `prefix`.")
    static let s3Destination = FieldTable(
        "s3 destination", summary: "Writes each message as an object; 200 accepts it.", fields: [objectKey],
        example: "{connector: s3, key: \"orders/{{ id }}.json\"}")

    // MARK: SQS

    static let queueURL = Field<URLValue>.required("queue_url", .url("https", "http"), "The queue.")
    static let sqs = FieldTable(
        "sqs", summary: "A queue of SQS.", fields: [region, queueURL, credentials, endpoint] + ConnectorFields.all,
        example: "{region: us-west-2, queue_url: https://sqs.us-west-2.amazonaws.com/123/queue}")

    static let sqsSource = FieldTable(
        "sqs source", summary: "Receives from a queue; messages are deleted when they are settled.",
        fields: [batchSize, pollInterval, visibilityTimeout], example: "{connector: sqs, batch_size: 100}")

    static let groupID = Field<TemplateString?>.optional("group_id", .template, "The message group (FIFO).")
    static let deduplicationID = Field<TemplateString?>.optional(
        "deduplication_id", .template, "What makes a repeat recognisable (FIFO); by default the message's id.")
    static let delay = Field<Duration>.defaulted(
        "delay", .duration(in: .zero...Duration.seconds(900)), .zero, "How long a message stays invisible at first.")
    static let sqsDestination = FieldTable(
        "sqs destination", summary: "Sends each message; 200 accepts it.", fields: [groupID, deduplicationID, delay],
        example: "{connector: sqs}")
}
