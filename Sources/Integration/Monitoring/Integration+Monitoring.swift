internal import IntegrationConfiguration
public import IntegrationCore
internal import IntegrationEngine
internal import Synchronization

extension Integration {
    /// Says what `metrics()` gives and when alerts fire; replaces what was said before.
    ///
    /// - Throws: `monitoringInvalid` for a threshold that is not possible; nothing has changed then.
    public func configureMonitoring(_ config: MetricsConfig) async throws(IntegrationError) {
        try config.alerts?.check()
        state.withLock { $0.metrics = config.metrics }
        monitor.configure(config.alerts)
    }

    /// The configured metrics of every flow, as they stand now; empty where none is configured.
    public func metrics() async -> [FlowMetrics] {
        let metrics = state.withLock { $0.metrics }
        return metrics.isEmpty ? [] : engine.snapshots.map { FlowMetrics($0, metrics) }
    }

    /// The alerts that fire now, in the order in which they began to.
    public var alerts: [Alert] { monitor.firing }
}
