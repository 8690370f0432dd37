internal import IntegrationCore

/// All that decides when a request may go to a connector's other system: breaker, rate limit and permits, in this order,
/// for those who wait in one line.
///
/// A pure state machine over tickets, numbers that the caller gives out.
struct GuardState: Sendable {
    enum Decision: Sendable, Hashable {
        /// The permit must be given back when the call has ended.
        case go(CircuitBreaker.Pass)
        /// The breaker is open.
        case closedOff(until: Duration)
        /// More wait than may.
        case crowded
        /// It has waited as long as it may.
        case late
    }

    private(set) var breaker: CircuitBreaker
    private(set) var limiter: RateLimiter?
    private(set) var bulkhead: Bulkhead
    private(set) var adaptive: AdaptiveLimit?
    private var decisions: [(ticket: Int, decision: Decision)] = []

    init(_ options: GuardOptions) {
        breaker = CircuitBreaker(options.breaker)
        limiter = options.rate.map { RateLimiter(rate: $0.perSecond, burst: $0.burst) }
        adaptive = options.adaptive.map {
            AdaptiveLimit(range: $0, initial: min($0.upperBound, max($0.lowerBound, 8)))
        }
        bulkhead = Bulkhead(
            limit: adaptive?.limit ?? options.maximumConcurrent, maximumWaiting: options.maximumWaiting,
            longestWait: options.longestWait)
    }

    /// Puts a ticket into the line; what is decided comes with `takeDecisions`.
    ///
    /// - Returns: until when it may wait.
    mutating func arrive(_ ticket: Int, at now: Duration) -> Duration? {
        let deadline = bulkhead.arrive(ticket, at: now)
        settle(at: now)
        if bulkhead.turnAway(ticket) { decisions.append((ticket, .crowded)) }
        return deadline
    }

    /// Takes a ticket out of the line; returns false where it is decided upon already.
    mutating func leave(_ ticket: Int, at now: Duration) -> Bool {
        defer { settle(at: now) }
        return bulkhead.leave(ticket)
    }

    /// A call has ended: its permit is free.
    mutating func release(at now: Duration) {
        bulkhead.release()
        settle(at: now)
    }

    /// A call has told something, which may be before it has ended.
    mutating func note(
        _ outcome: CircuitBreaker.Outcome, of pass: CircuitBreaker.Pass, took: Duration, at now: Duration,
        retryAfter: Duration?, using random: inout some RandomNumberGenerator
    ) -> CircuitBreaker.Change? {
        let change = breaker.record(outcome, of: pass, took: took, at: now, retryAfter: retryAfter, using: &random)
        settle(at: now)
        return change
    }

    /// Lets the number of permits follow the latency of a call that was answered or took too long.
    mutating func adapt(latency: Duration, hasFailed: Bool, at now: Duration) {
        guard adaptive != nil else { return }
        adaptive?.record(latency: latency, inFlight: bulkhead.inUse, hasFailed: hasFailed, at: now)
        bulkhead.limit = adaptive?.limit ?? bulkhead.limit
    }

    /// Decides on all who can be decided upon at `now`.
    mutating func settle(at now: Duration) {
        for ticket in bulkhead.expire(at: now) { decisions.append((ticket, .late)) }
        if case .open(let until) = breaker.phase, now < until {
            for ticket in bulkhead.dismissAll() { decisions.append((ticket, .closedOff(until: until))) }
            return
        }
        while bulkhead.front != nil, breaker.wait(at: now) == nil, (limiter?.next(at: now) ?? now) <= now {
            guard case .go(let pass) = breaker.admit(at: now), let ticket = bulkhead.admitFront() else { return }
            _ = limiter?.reserve(at: now)
            decisions.append((ticket, .go(pass)))
        }
    }

    /// What was decided on one ticket; nil where nothing was yet.
    mutating func takeDecision(on ticket: Int) -> Decision? {
        guard let index = decisions.lastIndex(where: { $0.ticket == ticket }) else { return nil }
        return decisions.remove(at: index).decision
    }

    /// What was decided since it was asked last.
    mutating func takeDecisions() -> [(ticket: Int, decision: Decision)] {
        if decisions.isEmpty { return [] }
        defer { decisions.removeAll() }
        return decisions
    }

    /// Who goes next, and when by time alone; nil where nobody waits, or for a permit.
    func nextByTime(at now: Duration) -> (ticket: Int, moment: Duration)? {
        guard let front = bulkhead.front else { return nil }
        return (front, max(breaker.wait(at: now) ?? now, limiter?.next(at: now) ?? now))
    }
}
