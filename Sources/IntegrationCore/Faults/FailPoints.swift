#if DEBUG

    internal import Glibc
    internal import Synchronization

    /// The faults that `INTEGRATION_FAILPOINT` asks for, such as `after-send:kill:12` or `in-step:error:1-40,drain:kill`.
    ///
    /// A fault is `STAGE:ACTION[:HITS]`. Actions: `kill` (SIGKILL to this process), `stop` (SIGSTOP), `term` (SIGTERM), `sleep=MILLISECONDS`,
    /// `error` (where the stage can fail), `errno=NUMBER` (where the stage is a call of the system). Hits: `N`, `N-M` or
    /// `N-`, counted from 1; without them the first for signals, every one for the others.
    public final class FailPoints: Sendable {
        /// What a stage does when it is reached.
        public enum Action: Sendable, Equatable {
            case kill, stop, terminate, error
            case sleep(milliseconds: UInt32)
            case errno(Int32)
        }

        struct Fault: Equatable {
            var stage: String
            var action: Action
            var hits: ClosedRange<Int>
        }

        /// In the order in which a message meets them.
        public static let stages = [
            "after-receive", "in-step", "before-send", "after-send", "dead-letter-write", "dead-letter-confirm",
            "store-commit", "store-append", "store-checkpoint", "after-confirm", "after-ack", "reload", "drain",
        ]
        /// Stages that only count once a delivery was received: opening a store passes them as well.
        private static let stagesOfStore: Set<String> = ["store-commit", "store-append", "store-checkpoint"]

        /// Nil where the variable is not set. A process with a malformed one ends at once (78).
        public static let armed: FailPoints? = {
            guard let text = getenv("INTEGRATION_FAILPOINT").map({ String(cString: $0) }), !text.isEmpty else {
                return nil
            }
            guard let faults = parse(text) else {
                let words = "error: INTEGRATION_FAILPOINT is malformed: \(text)\n"
                _ = words.withCString { write(STDERR_FILENO, $0, strlen($0)) }
                exit(78)
            }
            return FailPoints(faults)
        }()

        private let faults: [Fault]
        private let state = Mutex((hits: [String: Int](), hasReceived: false))

        init(_ faults: [Fault]) { self.faults = faults }

        /// Whether a fault waits at a stage.
        public func waits(at stage: String) -> Bool { faults.contains { $0.stage == stage } }

        /// Counts a hit and does what is asked for; returns what only the caller can do.
        @discardableResult
        public func reach(_ stage: String) -> Action? {
            guard let action = due(stage) else { return nil }
            return Self.perform(action)
        }

        /// Does what is asked for; returns what only the caller can do.
        @discardableResult
        public static func perform(_ action: Action) -> Action? {
            switch action {
            case .kill: kill(getpid(), SIGKILL)
            case .stop:
                kill(getpid(), SIGSTOP)
                // The stop reaches this thread a moment later: it must not go on before.
                usleep(20_000)
            case .terminate: kill(getpid(), SIGTERM)
            case .sleep(let milliseconds): usleep(milliseconds * 1000)
            case .error, .errno: return action
            }
            return nil
        }

        /// Counts a hit; what it asks for, undone.
        public func due(_ stage: String) -> Action? {
            precondition(Self.stages.contains(stage), "no such failpoint: \(stage)")
            let hit = state.withLock { state -> Int in
                if stage == "after-receive" { state.hasReceived = true }
                guard state.hasReceived || !Self.stagesOfStore.contains(stage) else { return 0 }
                state.hits[stage, default: 0] += 1
                return state.hits[stage, default: 0]
            }
            return faults.first { $0.stage == stage && $0.hits.contains(hit) }?.action
        }

        static func parse(_ text: String) -> [Fault]? {
            var faults: [Fault] = []
            for part in text.split(separator: ",", omittingEmptySubsequences: false) {
                let fields = part.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
                guard (2...3).contains(fields.count), stages.contains(fields[0]), let action = action(fields[1]) else {
                    return nil
                }
                let isOnce = [.kill, .stop, .terminate].contains(action)
                guard let hits = fields.count == 3 ? hits(fields[2]) : 1...(isOnce ? 1 : .max) else { return nil }
                faults.append(Fault(stage: fields[0], action: action, hits: hits))
            }
            return faults
        }

        private static func action(_ text: String) -> Action? {
            switch text {
            case "kill": return .kill
            case "stop": return .stop
            case "term": return .terminate
            case "error": return .error
            default: break
            }
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { return nil }
            switch parts[0] {
            case "sleep": return UInt32(parts[1]).map { .sleep(milliseconds: $0) }
            case "errno": return Int32(parts[1]).map { .errno($0) }
            default: return nil
            }
        }

        private static func hits(_ text: String) -> ClosedRange<Int>? {
            let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let first = Int(parts[0]), first > 0 else { return nil }
            guard parts.count == 2 else { return first...first }
            if parts[1].isEmpty { return first...Int.max }
            guard let last = Int(parts[1]), last >= first else { return nil }
            return first...last
        }
    }

#endif
