internal import IntegrationConfiguration
internal import IntegrationEngine

/// The configured metrics of one flow since it was started last; nil for those that are not configured.
public struct FlowMetrics: Sendable, Hashable {
    public var flow: String
    /// Messages that came in.
    public var messageCount: Int?
    /// The share of the messages done with that failed for good, between 0 and 1.
    public var errorRate: Double?
    /// The median of the time from receipt to settlement.
    public var flowDurationMedian: Duration?
    /// The 99th percentile of the time from receipt to settlement.
    public var flowDurationP99: Duration?

    init(_ snapshot: FlowStatus, _ metrics: Set<Metric>) {
        flow = snapshot.flow
        if metrics.contains(.messageCount) { messageCount = snapshot.received }
        if metrics.contains(.errorRate) {
            errorRate = snapshot.done == 0 ? 0 : Double(snapshot.dead) / Double(snapshot.done)
        }
        if metrics.contains(.flowDuration) {
            flowDurationMedian = .microseconds(snapshot.latency.p50)
            flowDurationP99 = .microseconds(snapshot.latency.p99)
        }
    }
}

extension FlowStatus {
    /// Messages that have come to an end: accepted, dropped on purpose, or dead.
    var done: Int { sent + dropped + dead }
}
