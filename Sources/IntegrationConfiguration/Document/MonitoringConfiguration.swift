public import IntegrationCore

/// Metrics, traces, alerts and what is recorded, for the whole program.
public struct MonitoringConfiguration: Configurable {
    /// The metrics by the names they have in `metrics:`.
    public enum Metric: String, Sendable, CaseIterable {
        case flowDuration = "flow_duration"
        case messageCount = "message_count"
        case errorRate = "error_rate"
    }

    static let metrics = Field<[Metric]>.defaulted(
        "metrics", .list(of: .choice), Metric.allCases, "Which metrics are kept.")
    static let alerts = Field<AlertConfiguration?>.optional("alerts", .table, "When somebody is told.")
    static let otlp = Field<OTLPConfiguration?>.optional("otlp", .table, "Where metrics and traces are sent.")
    static let recording = Field<Recording>.defaulted(
        "recording", .recording, .failures,
        "What the event store keeps: `failures`, `all`, `none` or `{sampled: 0.01}`.")
    static let level = Field<LogLevel>.defaulted("level", .choice, .info, "Nothing below it is logged.")

    public static let table = FieldTable(
        "monitoring", summary: "Metrics, traces, alerts and what is recorded.",
        fields: [metrics, alerts, otlp, recording, level],
        example: """
            metrics: [flow_duration, message_count, error_rate]
            alerts: {error_threshold: 0.01, latency_threshold_ms: 1000, window: 5m, notify: [log]}
            """)

    public var metrics: [Metric] = Metric.allCases
    public var alerts: AlertConfiguration?
    public var otlp: OTLPConfiguration?
    public var recording: Recording = .failures
    public var level: LogLevel = .info

    public init() {}

    public init(_ fields: DecodedFields) {
        metrics = fields[Self.metrics]
        alerts = fields[Self.alerts]
        otlp = fields[Self.otlp]
        recording = fields[Self.recording]
        level = fields[Self.level]
    }
}

/// When somebody is told, and how.
public struct AlertConfiguration: Configurable {
    /// Who is told.
    public enum Notification: Sendable {
        case log
        case destination(DestinationDeclaration)
    }

    static let errorThreshold = Field<Double?>.optional(
        "error_threshold", .ratio, "The share of failed messages above which an alert fires.")
    static let latencyThreshold = Field<Int?>.optional(
        "latency_threshold_ms", .int(1...86_400_000), "The 99th percentile in milliseconds above which an alert fires.")
    static let window = Field<Duration>.defaulted("window", .duration, .seconds(300), "What is looked back upon.")
    static let notify = Field<[Notification]>.defaulted(
        "notify", .list(of: .notification), [.log], "`log`, or any destination.")

    public static let table = FieldTable(
        "alerts", summary: "When somebody is told.", fields: [errorThreshold, latencyThreshold, window, notify],
        example: "{error_threshold: 0.01, latency_threshold_ms: 1000, window: 5m, notify: [log]}")

    public var errorThreshold: Double?
    public var latencyThreshold: Duration?
    public var window: Duration
    public var notify: [Notification]

    public init(_ fields: DecodedFields) {
        errorThreshold = fields[Self.errorThreshold]
        latencyThreshold = fields[Self.latencyThreshold].map { .milliseconds($0) }
        window = fields[Self.window]
        notify = fields[Self.notify]
    }
}

extension FieldType where Value == AlertConfiguration.Notification {
    static var notification: FieldType {
        FieldType(
            shape: .either([.enumeration(["log"]), .destination]),
            encode: { if case .log = $0 { "log" } else { nil } },
            decode: { node, context in
                if node.scalar?.text == "log" { return .log }
                return FieldType<DestinationDeclaration>.destination.decode(node, &context).map { .destination($0) }
            })
    }
}

/// Where metrics and traces are sent by the OpenTelemetry protocol.
public struct OTLPConfiguration: Configurable {
    static let endpoint = Field<URLValue?>.optional(
        "endpoint", .url("http", "https"), "The collector; nothing is sent where it is empty.")
    static let headers = Field<[Named<SecretString>]>.defaulted(
        "headers", .map(to: .secret), [], "Headers of each request, such as an API key.")
    static let interval = Field<Duration>.defaulted("interval", .duration, .seconds(10), "How often it is sent.")
    static let sample = Field<Double>.defaulted("sample", .ratio, 1, "The share of traces that is sent.")

    public static let table = FieldTable(
        "otlp", summary: "Where metrics and traces are sent (OTLP over HTTP).",
        fields: [endpoint, headers, interval, sample], example: "{endpoint: http://localhost:4318}")

    public var endpoint: URLValue?
    public var headers: [Named<SecretString>]
    public var interval: Duration
    public var sample: Double

    public init(_ fields: DecodedFields) {
        endpoint = fields[Self.endpoint]
        headers = fields[Self.headers]
        interval = fields[Self.interval]
        sample = fields[Self.sample]
    }
}
