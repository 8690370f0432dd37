public import IntegrationCore

/// One embedded queue.
public struct QueueConfiguration: Configurable, Hashable {
    public enum Overflow: String, Sendable, CaseIterable {
        /// Whoever sends waits; nothing is dropped.
        case backpressure
        /// The message that does not fit fails.
        case reject
    }

    static let maxMessages = Field<Int>.defaulted(
        "max_messages", .int(1...Int.max), 1_000_000, "It is full with so many messages.")
    static let maxBytes = Field<ByteCount>.defaulted(
        "max_bytes", .size, .gibibytes(1), "It is full with so many bytes.")
    static let overflow = Field<Overflow>.defaulted("overflow", .choice, .backpressure, "What happens when it is full.")
    static let retention = Field<Duration?>.optional(
        "retention", .duration, "Older messages are removed; without it they stay.")

    public static let table = FieldTable(
        "queue", summary: "An embedded queue; durable where there is `storage:`.",
        fields: [maxMessages, maxBytes, overflow, retention],
        example: "{max_messages: 1000000, max_bytes: 1GiB, overflow: backpressure}")

    public var maxMessages = 1_000_000
    public var maxBytes = ByteCount.gibibytes(1)
    public var overflow = Overflow.backpressure
    public var retention: Duration?

    public init() {}

    public init(_ fields: DecodedFields) {
        maxMessages = fields[Self.maxMessages]
        maxBytes = fields[Self.maxBytes]
        overflow = fields[Self.overflow]
        retention = fields[Self.retention]
    }
}

/// One template: how a message is made from another.
public struct TemplateConfiguration: Configurable {
    public enum Format: String, Sendable, CaseIterable { case jsonpath }

    static let format = Field<Format>.defaulted("format", .choice, .jsonpath, "The language of the mapping's texts.")
    static let mapping = Field<ConfigurationNode>.required(
        "mapping", .mapping, "The output; each text that starts with `$` is a JSONPath into the input.")

    public static let table = FieldTable(
        "template", summary: "How a message is made from another.", fields: [format, mapping],
        example: "format: jsonpath\nmapping: {id: $.orderId, customer: {id: $.customerId}}")

    public var format: Format
    public var mapping: ConfigurationNode

    public init(_ fields: DecodedFields) {
        format = fields[Self.format]
        mapping = fields[Self.mapping]
    }
}

/// Where queues, positions and dead letters are kept.
public struct StorageConfiguration: Configurable, Hashable {
    public enum Durability: String, Sendable, CaseIterable {
        /// On the disk before it counts as stored.
        case full
        /// With the operating system; lost when the machine stops.
        case os
        /// Written when convenient.
        case none
    }

    static let path = Field<PathValue>.required("path", .path, "The folder; made with mode 0700 where it is missing.")
    static let durability = Field<Durability>.defaulted(
        "durability", .choice, .full, "When something counts as stored.")

    public static let table = FieldTable(
        "storage", summary: "Where queues, positions and dead letters are kept.", fields: [path, durability],
        shorthand: "path", example: "{path: ./data, durability: full}")

    public var path: PathValue
    public var durability: Durability

    public init(_ fields: DecodedFields) {
        path = fields[Self.path]
        durability = fields[Self.durability]
    }
}

/// The admin API and the web console.
public struct AdminConfiguration: Configurable {
    static let listen = Field<String?>.optional(
        "listen", .address, "Where it listens; by default 127.0.0.1:7780, and it does without where that is in use.")
    static let console = Field<Bool>.defaulted("console", .bool, true, "Whether there is a web console.")
    static let socket = Field<PathValue?>.optional(
        "socket", .path, "The Unix socket; by default `engine.sock` in the storage folder.")
    static let token = Field<SecretString?>.optional(
        "token", .secret, "What a TCP client must show; by default made at first start, in the storage folder.")
    static let tls = Field<TLSConfiguration?>.optional("tls", .table, "Encrypts the TCP listener.")

    public static let table = FieldTable(
        "admin", summary: "The admin API and the web console.", fields: [listen, console, socket, token, tls],
        example: "{listen: 127.0.0.1:7780, console: true}")

    /// Nil: 127.0.0.1:7780 if it is free.
    public var listen: String?
    public var console = true
    public var socket: PathValue?
    public var token: SecretString?
    public var tls: TLSConfiguration?

    public init() {}

    public init(_ fields: DecodedFields) {
        listen = fields[Self.listen]
        console = fields[Self.console]
        socket = fields[Self.socket]
        token = fields[Self.token]
        tls = fields[Self.tls]
    }
}
