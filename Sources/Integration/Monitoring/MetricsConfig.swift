public import IntegrationConfiguration

/// A metric by the name it has in `monitoring.metrics`: `flow_duration`, `message_count`, `error_rate`.
public typealias Metric = MonitoringConfiguration.Metric

/// What is measured, and when somebody is told.
///
/// ```swift
/// let metrics = MetricsConfig()
///     .withMetric(.flowDuration).withMetric(.messageCount).withMetric(.errorRate)
///     .withAlerts(AlertConfig(errorThreshold: 0.01, latencyThreshold: .milliseconds(1000)))
/// try await integration.configureMonitoring(metrics)
/// ```
public struct MetricsConfig: Sendable {
    public var metrics: Set<Metric>
    public var alerts: AlertConfig?

    public init(metrics: Set<Metric> = [], alerts: AlertConfig? = nil) {
        self.metrics = metrics
        self.alerts = alerts
    }

    /// The same with one more metric.
    public func withMetric(_ metric: Metric) -> MetricsConfig {
        MetricsConfig(metrics: metrics.union([metric]), alerts: alerts)
    }

    /// The same with alerts.
    public func withAlerts(_ alerts: AlertConfig) -> MetricsConfig { MetricsConfig(metrics: metrics, alerts: alerts) }
}
