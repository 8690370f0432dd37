public import IntegrationCore

/// What is measured, traced, logged and recorded of one flow.
public struct FlowMonitoringConfiguration: Configurable, Hashable {
    static let metrics = Field<Bool>.defaulted("metrics", .bool, true, "Whether it is measured.")
    static let tracing = Field<Bool>.defaulted("tracing", .bool, true, "Whether its messages are traced.")
    static let logging = Field<FlowLoggingConfiguration>.defaulted(
        "logging", .table, FlowLoggingConfiguration(), "What it logs.")
    static let recording = Field<Recording?>.optional(
        "recording", .recording, "What the event store keeps of it; without it as `monitoring` says for all.")

    public static let table = FieldTable(
        "flow monitoring", summary: "What is measured, traced, logged and recorded of one flow.",
        fields: [metrics, tracing, logging, recording], example: "{metrics: true, tracing: true, recording: failures}")

    public var metrics: Bool
    public var tracing: Bool
    public var logging: FlowLoggingConfiguration
    /// Nil: as for the whole.
    public var recording: Recording?

    public init(
        metrics: Bool = true, tracing: Bool = true, logging: FlowLoggingConfiguration = FlowLoggingConfiguration(),
        recording: Recording? = nil
    ) {
        self.metrics = metrics
        self.tracing = tracing
        self.logging = logging
        self.recording = recording
    }

    public init(_ fields: DecodedFields) {
        self.init(
            metrics: fields[Self.metrics], tracing: fields[Self.tracing], logging: fields[Self.logging],
            recording: fields[Self.recording])
    }
}

/// How much is logged.
public enum LogLevel: String, Sendable, CaseIterable {
    case trace, debug, info, notice, warning, error, critical
}

/// What a flow logs.
public struct FlowLoggingConfiguration: Configurable, Hashable {
    static let level = Field<LogLevel>.defaulted("level", .choice, .info, "Nothing below it is logged.")
    static let includePayload = Field<Bool>.defaulted(
        "include_payload", .bool, false, "Whether the bodies of messages are logged.")
    static let redact = Field<[JSONPathText]>.defaulted(
        "redact", .list(of: .jsonPath), [], "What is replaced by `••••` in logged bodies.")
    static let maxPayload = Field<ByteCount>.defaulted(
        "max_payload", .size, .kibibytes(4), "Longer bodies are cut in the log.")

    public static let table = FieldTable(
        "flow logging", summary: "What a flow logs.", fields: [level, includePayload, redact, maxPayload],
        example: "{level: info, include_payload: true, redact: [\"$.customer.email\"]}")

    public var level: LogLevel
    public var includePayload: Bool
    public var redact: [JSONPathText]
    public var maxPayload: ByteCount

    public init(
        level: LogLevel = .info, includePayload: Bool = false, redact: [JSONPathText] = [],
        maxPayload: ByteCount = .kibibytes(4)
    ) {
        self.level = level
        self.includePayload = includePayload
        self.redact = redact
        self.maxPayload = maxPayload
    }

    public init(_ fields: DecodedFields) {
        self.init(
            level: fields[Self.level], includePayload: fields[Self.includePayload], redact: fields[Self.redact],
            maxPayload: fields[Self.maxPayload])
    }
}

extension FieldType where Value == Recording {
    static var recording: FieldType {
        FieldType<Either<RecordingWord, SampledRecording>>.either(scalar: .choice, else: .table).map {
            switch $0 {
            case .first(.failures): .failures
            case .first(.all): .all
            case .first(.none): .none
            case .second(let sampled): .sampled(sampled.ratio)
            }
        } back: {
            switch $0 {
            case .failures: .first(.failures)
            case .all: .first(.all)
            case .none: .first(.none)
            case .sampled: nil
            }
        }
    }
}

enum RecordingWord: String, CaseIterable, Sendable { case failures, all, none }

struct SampledRecording: Configurable {
    static let sampled = Field<Double>.required("sampled", .ratio, "The share of messages that is kept.")
    static let table = FieldTable(
        "sampled recording", summary: "Keeps failures and a share of all messages.", fields: [sampled],
        example: "{sampled: 0.01}")

    let ratio: Double

    init(_ fields: DecodedFields) { ratio = fields[Self.sampled] }
}
