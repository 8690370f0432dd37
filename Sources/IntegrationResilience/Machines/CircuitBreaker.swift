/// Keeps a system that fails from being asked: closed while it answers, open after too many failures or as soon as it
/// can't be reached, half open while one call at a time finds out whether it is well again.
///
/// A pure state machine: times are those of a monotonic clock that the caller reads. Every call gets a `Pass` and tells
/// its outcome with it; outcomes of calls that began before the breaker last opened or closed say nothing any more.
public struct CircuitBreaker: Sendable {
    /// What a call told about the other system, whatever it meant for its caller.
    public enum Outcome: Sendable, Hashable {
        case success
        case failure
        /// Nobody's fault but the connection's: opens the breaker at once.
        case unreachable
        /// Says nothing: the call was given up, or the other system only asked to slow down.
        case ignored
    }

    /// Leave to make one call.
    public struct Pass: Sendable, Hashable {
        fileprivate let serial: Int
        /// Whether this call finds out whether the system is well again.
        public let isProbe: Bool
    }

    public enum Admission: Sendable, Hashable {
        case go(Pass)
        /// Not now; `isProbed` where a call is finding out whether the system is well, until then at most.
        case wait(until: Duration, isProbed: Bool)
    }

    public enum Phase: Sendable, Hashable {
        case closed
        case open(until: Duration)
        case halfOpen
    }

    public enum Change: Sendable, Hashable {
        case opened(until: Duration)
        case closed
    }

    private enum State: Sendable {
        case closed
        case open(until: Duration)
        /// The deadline is that of the probe under way.
        case halfOpen(successes: Int, deadline: Duration?)
    }

    public let limits: BreakerLimits
    private var state = State.closed
    private var window: CallWindow?
    private var serial = 0
    /// Times in a row that it was opened.
    public private(set) var openings = 0

    public init(_ limits: BreakerLimits = BreakerLimits()) {
        self.limits = limits
        window = limits.window.map { CallWindow($0) }
    }

    public var phase: Phase {
        switch state {
        case .closed: .closed
        case .open(let until): .open(until: until)
        case .halfOpen: .halfOpen
        }
    }

    /// Until when a call at `now` is refused, without asking for leave; nil where it would be let through.
    public func wait(at now: Duration) -> Duration? {
        switch state {
        case .closed: nil
        case .open(let until): now < until ? until : nil
        case .halfOpen(_, let deadline): deadline.flatMap { now < $0 ? $0 : nil }
        }
    }

    /// Asks for leave to make a call.
    public mutating func admit(at now: Duration) -> Admission {
        if let until = wait(at: now) { return .wait(until: until, isProbed: phase == .halfOpen) }
        switch state {
        case .closed: return .go(Pass(serial: serial, isProbe: false))
        case .open: state = .halfOpen(successes: 0, deadline: now + limits.probeDeadline)
        case .halfOpen(let successes, _):
            state = .halfOpen(successes: successes, deadline: now + limits.probeDeadline)
        }
        serial += 1
        return .go(Pass(serial: serial, isProbe: true))
    }

    /// Tells what became of a call. A pass counts once.
    ///
    /// - Parameters:
    ///   - took: how long the call lasted.
    ///   - retryAfter: how long the other system asked us to stay away, where it did.
    /// - Returns: what that changed.
    @discardableResult
    public mutating func record(
        _ outcome: Outcome, of pass: Pass, took: Duration = .zero, at now: Duration, retryAfter: Duration? = nil,
        using random: inout some RandomNumberGenerator
    ) -> Change? {
        guard pass.serial == serial else { return nil }
        let isSlow = limits.slowCall.map { took >= $0 } ?? false
        switch (state, outcome) {
        case (.open, _): return nil
        case (.closed, .ignored): return nil
        case (.halfOpen(let successes, _), .ignored):
            serial += 1
            state = .halfOpen(successes: successes, deadline: nil)
            return nil
        case (_, .unreachable): return open(limits.unreachable, at: now, retryAfter, using: &random)
        case (.closed, .success), (.closed, .failure):
            window?.add(isFailure: outcome == .failure, isSlow: isSlow, at: now)
            guard isTooMuch else { return nil }
            return open(limits.backoff, at: now, retryAfter, using: &random)
        case (.halfOpen, .failure): return open(limits.backoff, at: now, retryAfter, using: &random)
        case (.halfOpen, .success) where isSlow: return open(limits.backoff, at: now, nil, using: &random)
        case (.halfOpen(let successes, _), .success):
            serial += 1
            guard successes + 1 >= limits.probes else {
                state = .halfOpen(successes: successes + 1, deadline: nil)
                return nil
            }
            state = .closed
            openings = 0
            return .closed
        }
    }

    private var isTooMuch: Bool {
        guard let window, window.calls >= limits.leastCalls else { return false }
        let calls = Double(window.calls)
        if window.failures > 0, Double(window.failures) >= limits.failureRatio * calls { return true }
        return limits.slowCall != nil && window.slow > 0 && Double(window.slow) >= limits.slowRatio * calls
    }

    private mutating func open(
        _ backoff: Backoff, at now: Duration, _ retryAfter: Duration?, using random: inout some RandomNumberGenerator
    ) -> Change {
        openings += 1
        serial += 1
        let until = now + backoff.wait(after: openings, retryAfter: retryAfter, using: &random)
        state = .open(until: until)
        window?.clear()
        return .opened(until: until)
    }
}
