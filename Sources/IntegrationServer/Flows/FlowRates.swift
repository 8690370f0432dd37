public import IntegrationEngine
internal import Synchronization

/// How many messages a second flows take in and send, over the last seconds.
public final class FlowRates: Sendable {
    /// What is known of a flow's pace; messages a second.
    public struct Rate: Sendable, Equatable {
        public var received: Double
        public var sent: Double
    }

    private struct Sample {
        var time: Duration
        var received: [String: Int]
        var sent: [String: Int]
    }

    private let samples = Mutex<[Sample]>([])
    /// How many samples are kept: ten intervals.
    private static let kept = 11

    public init() {}

    /// Notes what the flows have done so far.
    ///
    /// - Parameter time: monotonic.
    public func note(_ snapshots: [FlowSnapshot], at time: Duration) {
        let sample = Sample(
            time: time, received: Dictionary(snapshots.map { ($0.flow, $0.received) }) { $1 },
            sent: Dictionary(snapshots.map { ($0.flow, $0.sent) }) { $1 })
        samples.withLock { samples in
            samples.append(sample)
            if samples.count > Self.kept { samples.removeFirst() }
        }
    }

    /// The pace of a flow up to now; nil where it has not been watched for long enough.
    public func rate(of flow: FlowSnapshot, at time: Duration) -> Rate? {
        guard let first = samples.withLock({ $0.first { $0.received[flow.flow] != nil } }) else { return nil }
        let seconds = (time - first.time) / .seconds(1)
        guard seconds > 0.1 else { return nil }
        // A flow that was replaced counts from zero again.
        let received = max(0, flow.received - (first.received[flow.flow] ?? 0))
        let sent = max(0, flow.sent - (first.sent[flow.flow] ?? 0))
        return Rate(received: Double(received) / seconds, sent: Double(sent) / seconds)
    }
}
