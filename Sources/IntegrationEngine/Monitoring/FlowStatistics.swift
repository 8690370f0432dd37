internal import Histogram
public import IntegrationCore
internal import Synchronization

/// What a flow has done so far.
public struct FlowSnapshot: Sendable {
    public var flow: String
    public var state: FlowState
    /// Its sources are not read until it is resumed; what it has in hand goes on.
    public var isPaused = false
    /// What keeps it from delivering, such as `rabbitmq circuit open, next try in 9 s`; it goes on by itself.
    public var degraded: [String] = []
    /// Messages that sources handed over, redeliveries included.
    public var received = 0
    /// Bytes of bodies that came in.
    public var bytes = 0
    /// Messages accepted, by destination.
    public var delivered: [(destination: String, messages: Int)] = []
    /// Messages dropped on purpose.
    public var dropped = 0
    /// Messages that went to the dead letters.
    public var dead = 0
    /// Dead letters by step and code.
    public var deadByReason: [DeadReason: Int] = [:]
    /// Tries that failed and were put off.
    public var retries = 0
    /// Messages waiting for another try.
    public var parked = 0
    /// Messages taken in and not yet settled.
    public var inFlight = 0
    /// Time from receipt to settlement in microseconds, at the 50th and 99th percentile.
    public var latency: (p50: UInt64, p99: UInt64) = (0, 0)

    /// A flow that has done nothing so far.
    public init(flow: String, state: FlowState) {
        self.flow = flow
        self.state = state
    }

    public struct DeadReason: Sendable, Hashable {
        public var step: String
        public var code: String
        public var message: String

        public init(step: String, code: String, message: String) {
            self.step = step
            self.code = code
            self.message = message
        }
    }

    /// Messages accepted by all destinations together.
    public var sent: Int { delivered.reduce(0) { $0 + $1.messages } }
}

/// The state of a flow.
public enum FlowState: Sendable {
    case created
    case running
    /// Reading has stopped; what is in hand is being finished.
    case draining
    /// Every source came to its end and everything is settled.
    case finished
    case stopped
    case failed(IntegrationError)

    public var word: String {
        switch self {
        case .created: "created"
        case .running: "running"
        case .draining: "draining"
        case .finished: "finished"
        case .stopped: "stopped"
        case .failed: "failed"
        }
    }
}

/// A flow's counters. Updated once a batch, never once a message.
final class FlowStatistics: Sendable {
    private struct State {
        var snapshot: FlowSnapshot
        var delivered: [Int]
        var latency = Histogram<UInt32>(
            lowestDiscernibleValue: 1, highestTrackableValue: 3_600_000_000, numberOfSignificantValueDigits: .two)
    }

    private let state: Mutex<State>
    private let destinations: [String]

    init(flow: String, destinations: [String]) {
        self.destinations = destinations
        state = Mutex(
            State(
                snapshot: FlowSnapshot(flow: flow, state: .created),
                delivered: Array(repeating: 0, count: destinations.count)))
    }

    func set(_ new: FlowState) {
        state.withLock { state in
            // A failure stays.
            if case .failed = state.snapshot.state { return }
            state.snapshot.state = new
        }
    }

    func received(messages: Int, bytes: Int) {
        state.withLock {
            $0.snapshot.received += messages
            $0.snapshot.bytes += bytes
        }
    }

    func processed(_ result: WorkResult) {
        state.withLock { state in
            for (destination, count) in result.delivered { state.delivered[destination] += count }
            state.snapshot.dropped += result.dropped
        }
    }

    /// What a transaction made true.
    func committed(_ verdict: Verdict) {
        state.withLock { state in
            for part in verdict.staged { state.delivered[part.destination] += part.messages.count }
            state.snapshot.retries += verdict.retries.count
        }
        if !verdict.letters.isEmpty { died(verdict.letters) }
    }

    func settled(messages: Int, latency: Duration) {
        guard messages > 0 else { return }
        state.withLock { _ = $0.latency.record(Self.microseconds(latency), count: UInt32(messages)) }
    }

    /// How many messages were settled, and how many of them took longer than a limit.
    func settled(slowerThan limit: Duration) -> (all: Int, slower: Int) {
        state.withLock { state in
            let start = state.latency.nextNonEquivalentForValue(Self.microseconds(limit))
            let slower = state.latency.count(within: start...3_600_000_000)
            return (Int(state.latency.totalCount), Int(slower))
        }
    }

    private static func microseconds(_ latency: Duration) -> UInt64 {
        UInt64(max(1, min(latency.nanoseconds / 1000, 3_599_000_000)))
    }

    func dropped(_ count: Int) {
        guard count > 0 else { return }
        state.withLock { $0.snapshot.dropped += count }
    }

    func retried(_ count: Int) { state.withLock { $0.snapshot.retries += count } }

    func died(_ letters: [DeadLetter]) {
        state.withLock { state in
            state.snapshot.dead += letters.count
            for letter in letters {
                let reason = FlowSnapshot.DeadReason(
                    step: letter.step, code: letter.error.code.id, message: letter.error.code.title)
                // Few by nature; a flow whose reasons have no end keeps the first hundred.
                if state.snapshot.deadByReason.count < 100 || state.snapshot.deadByReason[reason] != nil {
                    state.snapshot.deadByReason[reason, default: 0] += 1
                }
            }
        }
    }

    func snapshot(parked: Int, inFlight: Int) -> FlowSnapshot {
        state.withLock { state in
            var snapshot = state.snapshot
            snapshot.delivered = zip(destinations, state.delivered).map { ($0, $1) }
            snapshot.parked = parked
            snapshot.inFlight = inFlight
            snapshot.latency = (state.latency.valueAtPercentile(50), state.latency.valueAtPercentile(99))
            return snapshot
        }
    }
}
