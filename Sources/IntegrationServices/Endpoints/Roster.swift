internal import IntegrationCore

/// The open endpoints of a service, and who of them gets the next call: a pure state machine. Times are those of a
/// monotonic clock.
struct Roster: Sendable {
    /// How a call went, as far as it says something of the endpoint.
    enum Outcome: Sendable {
        /// It answered, be it that it refused.
        case answered
        case failed(IntegrationError)
        /// Nobody waited for the answer any more.
        case abandoned
    }

    struct Entry: Sendable {
        let number: Int
        let endpoint: ServiceEndpoint
        let hash: UInt64
        var health: EndpointHealth
        /// Calls in hand.
        var load = 0
        var isLeaving = false
        var calls = 0
        var failures = 0
        var lastError: IntegrationError?
    }

    private let settings: ServiceSettings
    private var balancer: Balancer
    private var random: RandomSource
    private var budget: RetryBudget.Account
    /// In the order of their numbers.
    private(set) var entries: [Entry] = []
    private var candidates: [Balancer.Candidate] = []
    /// Calls that were made again at another endpoint.
    private(set) var failovers = 0

    init(_ settings: ServiceSettings, random: RandomSource) {
        self.settings = settings
        self.random = random
        balancer = Balancer(settings.balancing)
        budget = RetryBudget.Account(settings.budget)
    }

    // MARK: Coming and going

    mutating func enter(_ number: Int, _ endpoint: ServiceEndpoint) {
        let entry = Entry(
            number: number, endpoint: endpoint, hash: StableHash.hash(endpoint.name),
            health: EndpointHealth(settings.ejection, checks: settings.checks))
        entries.insert(entry, at: entries.firstIndex { $0.number > number } ?? entries.endIndex)
    }

    /// Lets an endpoint have no more calls; returns whether none is in hand, and it is gone.
    mutating func leave(_ number: Int) -> Bool {
        guard let index = index(of: number) else { return false }
        entries[index].isLeaving = true
        return removeIfDone(index)
    }

    private mutating func removeIfDone(_ index: Int) -> Bool {
        guard entries[index].isLeaving, entries[index].load == 0 else { return false }
        balancer.forget(entries.remove(at: index).number)
        return true
    }

    private func index(of number: Int) -> Int? { entries.firstIndex { $0.number == number } }

    // MARK: Calls

    /// Picks who gets `count` calls: among those that are well, or among all where none of them is left.
    ///
    /// - Parameters:
    ///   - key: the hash of what is looked up, for `consistent_hash`.
    ///   - tried: numbers of those that are not asked again.
    mutating func pick(key: UInt64, except tried: Set<Int>, count: Int, at now: Duration) -> Int? {
        for acceptsAll in [false, true] {
            candidates.removeAll(keepingCapacity: true)
            for entry in entries where !entry.isLeaving && (tried.isEmpty || !tried.contains(entry.number)) {
                guard acceptsAll || entry.health.isWell(at: now) else { continue }
                candidates.append(
                    Balancer.Candidate(
                        number: entry.number, weight: entry.endpoint.weight, load: entry.load, hash: entry.hash))
            }
            guard let chosen = balancer.pick(from: candidates, key: key, using: &random),
                let index = index(of: chosen.number)
            else { continue }
            entries[index].load += count
            if tried.isEmpty { budget.called(count, at: now) } else { failovers += count }
            return chosen.number
        }
        return nil
    }

    /// Notes how calls went that an endpoint was picked for.
    ///
    /// - Parameters:
    ///   - outcomes: with how many calls went so; as many as it was picked for.
    ///   - now: when they were over.
    /// - Returns: whether the endpoint was taken out for a while, and whether it has left and nothing is in hand any more.
    mutating func ended(
        _ number: Int, _ outcomes: [(outcome: Outcome, count: Int)], at now: Duration
    ) -> (isEjected: Bool, isGone: Bool) {
        guard let index = index(of: number) else { return (false, false) }
        var isEjected = false
        for (outcome, count) in outcomes {
            entries[index].load -= count
            switch outcome {
            case .abandoned: continue
            case .answered: entries[index].health.succeeded(count, at: now)
            case .failed(let error):
                entries[index].failures += count
                entries[index].lastError = error
                let mayEject = canSpareOneMore(at: now)
                if entries[index].health.failed(count, at: now, mayEject: mayEject) { isEjected = true }
            }
            entries[index].calls += count
        }
        return (isEjected, removeIfDone(index))
    }

    /// Whether one more may be taken out: never all, and no more than the share.
    private func canSpareOneMore(at now: Duration) -> Bool {
        var present = 0
        var out = 0
        for entry in entries where !entry.isLeaving {
            present += 1
            if !entry.health.isWell(at: now) { out += 1 }
        }
        return out + 1 < present && Double(out + 1) <= Double(present) * settings.ejection.maximumShare
    }

    /// Whether calls that failed with `error` may go to another endpoint; takes them out of the budget where the endpoint
    /// may have done something for them.
    mutating func mayFailOver(_ error: IntegrationError, count: Int, at now: Duration) -> Bool {
        guard error.isRetryable else { return false }
        return error.hasReachedNobody || budget.withdraw(count, at: now)
    }

    // MARK: Checks

    /// Notes how a check went; returns what the checks say where that has changed.
    mutating func noteCheck(_ number: Int, _ failure: IntegrationError?, at now: Duration) -> EndpointHealth.Checked? {
        guard let index = index(of: number) else { return nil }
        if let failure { entries[index].lastError = failure }
        return entries[index].health.noteCheck(failure == nil, at: now) ? entries[index].health.checked : nil
    }
}

extension IntegrationError {
    /// No other system has worked on the request: asking elsewhere burdens nobody.
    var hasReachedNobody: Bool {
        switch code {
        case .connectionRefused, .connectTimedOut, .hostUnknown, .tlsFailed, .destinationClosedOff, .tooManyRequests:
            true
        default: false
        }
    }

    /// Says that the endpoint is not well, rather than that it is asked too much or refuses the request.
    var isEndpointFailure: Bool { isRetryable && code.retryClass != .rateLimited }
}
