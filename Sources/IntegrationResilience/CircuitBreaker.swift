/// Keeps a system that can't be reached from being asked by everybody: closed while it answers, open after it could not
/// be reached, half open while one call finds out whether it is back.
///
/// A pure state machine: times are those of a monotonic clock that the caller reads.
public struct CircuitBreaker: Sendable {
    public enum Admission: Sendable, Hashable {
        /// Go on.
        case pass
        /// Go on, as the one that finds out; its outcome must be told, or the next may try after `probeDeadline`.
        case probe
        /// Not now.
        case wait(until: Duration)
    }

    private enum State: Sendable {
        case closed
        case open(until: Duration)
        case halfOpen(deadline: Duration)
    }

    /// How long it stays open after so many failures in a row.
    public let backoff: Backoff
    /// How long a probe may take before another one is let through.
    public let probeDeadline: Duration
    private var state = State.closed
    /// Times in a row that it was opened.
    public private(set) var failures = 0

    public init(
        backoff: Backoff = Backoff(initial: .seconds(1), maximum: .seconds(30), jitter: .ratio(0.2)),
        probeDeadline: Duration = .seconds(30)
    ) {
        self.backoff = backoff
        self.probeDeadline = probeDeadline
    }

    public var isClosed: Bool {
        if case .closed = state { true } else { false }
    }

    /// Whether a call is finding out whether the system is back.
    public var isHalfOpen: Bool {
        if case .halfOpen = state { true } else { false }
    }

    /// Whether a call at `now` would be let through, without letting it through; nil: yes.
    public func wait(at now: Duration) -> Duration? {
        switch state {
        case .closed: nil
        case .open(let until): now < until ? until : nil
        case .halfOpen(let deadline): now < deadline ? deadline : nil
        }
    }

    public mutating func admit(at now: Duration) -> Admission {
        if case .closed = state { return .pass }
        if let until = wait(at: now) { return .wait(until: until) }
        state = .halfOpen(deadline: now + probeDeadline)
        return .probe
    }

    /// The system answered; returns whether that closed the breaker.
    @discardableResult
    public mutating func succeeded() -> Bool {
        guard !isClosed else { return false }
        state = .closed
        failures = 0
        return true
    }

    /// The system could not be reached; returns until when nobody asks it. Calls that were under way when it opened count
    /// as one failure.
    public mutating func failed(
        at now: Duration, retryAfter: Duration? = nil, using random: inout some RandomNumberGenerator
    ) -> Duration {
        if case .open(let until) = state, now < until { return until }
        failures += 1
        let until = now + backoff.wait(after: failures, retryAfter: retryAfter, using: &random)
        state = .open(until: until)
        return until
    }
}
