public import IntegrationCore

/// Everything about MQTT that a configuration can say: connector, destination, source.
public enum MQTTConfiguration {
    /// What the catalog gets.
    public static let types: [TypeDescription] = [
        TypeDescription(.connector, "mqtt", connector, isBuilt: false),
        TypeDescription(.source, "mqtt", source, isBuilt: false, connector: "mqtt"),
        TypeDescription(.destination, "mqtt", destination, isBuilt: false, connector: "mqtt"),
    ]

    enum Version: String, Sendable, CaseIterable {
        case v311 = "3.1.1"
        case v5 = "5"
    }

    enum QualityOfService: String, Sendable, CaseIterable {
        case atMostOnce = "at_most_once"
        case atLeastOnce = "at_least_once"
        case exactlyOnce = "exactly_once"
    }

    /// `at_least_once`, or the number that the standard gives it.
    static let qosType = FieldType<QualityOfService>(
        shape: .either([.enumeration(QualityOfService.allCases.map(\.rawValue)), .int(0...2)]),
        encode: { .plain($0.rawValue) },
        decode: { node, context in
            if let number = node.scalar?.integer, QualityOfService.allCases.indices.contains(number) {
                return QualityOfService.allCases[number]
            }
            return FieldType<QualityOfService>.choice.decode(node, &context)
        })

    // MARK: Connector

    static let broker = Field<URLValue>.required(
        "broker", .url("mqtt", "mqtts", "tcp", "ssl"), "Host and port; `mqtts` encrypts.")
    static let clientID = Field<String?>.optional(
        "client_id", .string, "Who this is; a lasting session needs one that stays the same.")
    static let version = Field<Version>.defaulted("version", .choice, .v5, "The version of the protocol.")
    static let cleanSession = Field<Bool>.defaulted(
        "clean_session", .bool, false, "Whether the broker forgets us when we go; messages are then lost meanwhile.")
    static let sessionExpiry = Field<Duration>.defaulted(
        "session_expiry", .duration, .seconds(86_400), "How long the broker keeps the session (version 5).")
    static let keepAlive = Field<Duration>.defaulted(
        "keep_alive", .duration(in: .zero...Duration.seconds(65_535)), .seconds(60), "How often a sign of life is sent."
    )
    static let username = Field<String?>.optional("username", .string, "The user.")
    static let password = Field<SecretString?>.optional("password", .secret, "The password.")
    static let tls = Field<TLSConfiguration?>.optional("tls", .table, "Whom to trust, and our own certificate.")
    static let topics = Field<[DecodedFields]>.defaulted(
        "topics", .list(of: .fields(of: topic)), [], "What a source without topics of its own subscribes to.")
    static let will = Field<DecodedFields?>.optional(
        "will", .fields(of: willTable), "What the broker publishes when we vanish.")

    static let topicName = Field<String>.required(
        "name",
        .string("a topic filter, with `+` for one level and `#` at the end for all that follow", where: isFilter),
        "The topic, with `+` and `#`; `$share/GROUP/…` shares it.")
    static let qos = Field<QualityOfService>.defaulted("qos", qosType, .atLeastOnce, "What the broker promises.")
    static let topic = FieldTable(
        "topic", summary: "What is subscribed to.", fields: [topicName, qos], shorthand: "name",
        example: "{name: sensors/+/temperature, qos: at_least_once}")

    static let willTopic = Field<String>.required("topic", .string, "Where it is published.")
    static let payload = Field<String>.defaulted("payload", .string, "", "What it says.")
    static let retain = Field<Bool>.defaulted("retain", .bool, false, "Whether the broker keeps the last one.")
    static let willTable = FieldTable(
        "will", summary: "What the broker publishes when we vanish.", fields: [willTopic, payload, qos, retain])

    static let connector = FieldTable(
        "mqtt connector", summary: "A session with an MQTT broker (3.1.1 or 5).",
        fields: [
            broker, clientID, version, cleanSession, sessionExpiry, keepAlive, username, password, tls, topics, will,
        ] + ConnectorFields.all,
        example: """
            type: mqtt
            broker: mqtt://broker:1883
            client_id: integration-client
            clean_session: true
            keep_alive: 60s
            topics: [{name: sensors/+/temperature, qos: at_least_once}]
            """,
        rules: [
            { fields, context in
                guard !fields[cleanSession], !fields.isWritten("client_id") else { return }
                context.diagnostics.error(
                    .missingField, "\(context.subject) keeps its session and needs a `client_id` that stays the same",
                    at: fields.span, help: "add `client_id: …`, or write `clean_session: true`")
            }
        ])

    // MARK: Source and destination

    static let sourceTopics = Field<[DecodedFields]>.defaulted(
        "topics", .list(of: .fields(of: topic)), [], "What is subscribed to; by default the connector's topics.")
    static let batchSize = Field<Int>.defaulted(
        "batch_size", .int(1...65_535), 100, "Messages at most in one delivery.")

    static let source = FieldTable(
        "mqtt source", summary: "Subscribes; messages are acknowledged when they are settled.",
        fields: [sourceTopics, batchSize], example: "{connector: sensors, topics: [sensors/+/temperature]}")

    static let toTopic = Field<TemplateString>.required("topic", .template, "Where each message is published.")
    static let destination = FieldTable(
        "mqtt destination", summary: "Publishes each message; PUBACK or PUBCOMP accepts it.",
        fields: [toTopic, qos, retain],
        example: "{connector: sensors, topic: \"alerts/{{ device }}\", qos: at_least_once}")

    /// MQTT 5.0, section 4.7.1.
    private static func isFilter(_ text: String) -> Bool {
        let levels = text.split(separator: "/", omittingEmptySubsequences: false)
        return !text.isEmpty && text.utf8.count <= 65_535 && !text.utf8.contains(0)
            && levels.enumerated().allSatisfy { index, level in
                (!level.contains("+") || level == "+")
                    && (!level.contains("#") || (level == "#" && index == levels.count - 1))
            }
    }
}
