internal import IntegrationCore
internal import IntegrationStore
internal import Logging
internal import Synchronization

/// Writes events to the store off the path of acknowledgements: gathered, bounded, and counted where there are too many.
final class Recorder: Sendable {
    private struct State {
        var waiting: [EventRecord] = []
        var dropped = 0
    }

    private let store: any Store
    private let clock: any TimeSource
    private let logger: Logger
    private let state = Mutex(State())
    private let arrived = Wakeup()

    /// Events that wait to be written; what comes when there are so many is dropped and counted.
    private static let limit = 50_000
    private static let interval = Duration.milliseconds(100)

    init(store: any Store, clock: any TimeSource, logger: Logger) {
        self.store = store
        self.clock = clock
        self.logger = logger
    }

    func record(_ events: [EventRecord]) {
        state.withLock { state in
            let room = Self.limit - state.waiting.count
            state.waiting += events.prefix(room)
            state.dropped += max(0, events.count - room)
        }
        arrived.wake()
    }

    /// Records what happened to a flow, or to the engine where there is none.
    func record(_ kind: String, flow: String, detail: IntegrationError? = nil) {
        let detail = detail.map { Array(#"{"code":"\#($0.code.id)"}"#.utf8) }
        record([EventRecord(time: clock.wallTime, kind: kind, flow: flow, detail: detail)])
    }

    /// Writes what comes, at most ten times a second, until cancelled; sleeps while nothing does.
    func run() async {
        while !Task.isCancelled {
            let seen = arrived.count
            if state.withLock({ $0.waiting.isEmpty }) {
                await arrived.wait(after: seen)
                continue
            }
            do throws(CancellationError) {
                try await clock.sleep(for: Self.interval)
            } catch {
                return
            }
            await flush()
        }
    }

    /// Writes what is there.
    func flush() async {
        let (events, dropped) = state.withLock { state in
            defer { state = State() }
            return (state.waiting, state.dropped)
        }
        if dropped > 0 {
            logger.warning(
                "events came faster than they can be written and are missing", metadata: ["count": "\(dropped)"])
        }
        guard !events.isEmpty else { return }
        var change = StoreChange()
        change.events = events
        do throws(IntegrationError) {
            try await store.commit(change)
        } catch {
            logger.error(
                "events could not be written and are missing",
                metadata: ["count": "\(events.count)", "code": "\(error.code)", "error": "\(error.message)"])
        }
    }
}

/// Records the journeys of a flow's messages: of all, or of a share of them, each from its beginning to its end.
struct JourneyRecorder: Sendable {
    private let recorder: Recorder
    private let flow: String
    private let clock: any TimeSource
    /// Messages whose mixed id is below this are recorded.
    private let threshold: UInt64

    /// Nil where journeys are not recorded.
    init?(_ recording: Recording, to recorder: Recorder?, flow: String, clock: any TimeSource) {
        guard let recorder else { return nil }
        switch recording {
        case .none, .failures: return nil
        case .all: threshold = .max
        case .sampled(let share): threshold = UInt64(share.clamped(to: 0...1) * Double(UInt64.max >> 11)) << 11
        }
        self.recorder = recorder
        self.flow = flow
        self.clock = clock
    }

    func note(_ kind: String, _ messages: [Message], at step: String?) {
        let now = clock.wallTime
        let events = messages.lazy.filter { isRecorded($0.id) }.map {
            EventRecord(time: now, kind: kind, flow: flow, message: $0.id, step: step)
        }
        recorder.record(Array(events))
    }

    /// The same answer for every copy of a message (the finaliser of SplitMix64 over its id).
    private func isRecorded(_ id: MessageID) -> Bool {
        guard threshold < .max else { return true }
        var mixed = id.high &+ id.low &* 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31 < threshold
    }
}

extension Double {
    fileprivate func clamped(to range: ClosedRange<Double>) -> Double {
        min(max(self, range.lowerBound), range.upperBound)
    }
}
