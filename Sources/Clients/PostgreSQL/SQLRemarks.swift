internal import Logging
internal import Synchronization

/// Writes what a server remarks to the log: a line a second at most, with how many were left out before it.
public final class SQLRemarks: Sendable {
    private struct State {
        var next: ContinuousClock.Instant?
        var leftOut = 0
    }

    private static let interval = Duration.seconds(1)
    private let state = Mutex(State())

    public init() {}

    func note(_ remark: SQLFailure, _ logger: Logger) {
        // Class 01 are warnings; the rest is of the kind "exists already, skipping".
        let level: Logger.Level = remark.stateClass == "01" ? .warning : .debug
        guard level >= logger.logLevel else { return }
        let now = ContinuousClock.now
        let leftOut: Int? = state.withLock { state in
            if let next = state.next, now < next {
                state.leftOut += 1
                return nil
            }
            defer { state = State(next: now + Self.interval) }
            return state.leftOut
        }
        guard let leftOut else { return }
        var metadata: Logger.Metadata = ["message": "\(remark.message)", "sqlstate": "\(remark.state)"]
        if leftOut > 0 { metadata["left out before"] = "\(leftOut)" }
        logger.log(level: level, "the database remarks", metadata: metadata)
    }
}
