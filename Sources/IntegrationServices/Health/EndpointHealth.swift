internal import IntegrationCore

/// What is known of one endpoint's health, from its calls and from its checks: a pure state machine.
struct EndpointHealth: Sendable {
    /// What the checks say.
    enum Checked: Sendable, Hashable {
        /// No check is over yet.
        case unknown
        case healthy
        case unhealthy
    }

    let ejection: OutlierEjection
    let checks: HealthChecks?

    private(set) var checked = Checked.unknown
    private var checksInRow = 0

    private var failuresInRow = 0
    private var recent: SlidingCounts
    /// Times in a row that it was taken out.
    private(set) var ejections = 0
    /// Nil where it is in.
    private(set) var ejectedUntil: Duration?
    /// It was out, and no call has succeeded since: one failure is enough then.
    private var isOnTrial = false

    init(_ ejection: OutlierEjection, checks: HealthChecks?) {
        self.ejection = ejection
        self.checks = checks
        recent = SlidingCounts(ejection.window)
    }

    /// Whether it gets calls as long as there is another one like it.
    func isWell(at now: Duration) -> Bool {
        !isEjected(at: now) && (checks == nil || checked == .healthy)
    }

    func isEjected(at now: Duration) -> Bool { ejectedUntil.map { now < $0 } ?? false }

    // MARK: Calls

    mutating func succeeded(_ count: Int, at now: Duration) {
        recent.add(good: count, at: now)
        failuresInRow = 0
        guard let until = ejectedUntil, now >= until else { return }
        isOnTrial = false
        // Once it has been well for twice as long as it was out, that is forgotten.
        if now - until >= length * 2 {
            ejections = 0
            ejectedUntil = nil
        }
    }

    /// Notes calls that failed.
    ///
    /// - Parameter mayEject: whether the service can do without it.
    /// - Returns: whether this took it out.
    mutating func failed(_ count: Int, at now: Duration, mayEject: Bool) -> Bool {
        recent.add(bad: count, at: now)
        failuresInRow += count
        guard mayEject, !isEjected(at: now), isOutlier else { return false }
        ejections += 1
        ejectedUntil = now + length
        isOnTrial = true
        failuresInRow = 0
        recent.clear()
        return true
    }

    private var isOutlier: Bool {
        if isOnTrial || failuresInRow >= ejection.consecutiveFailures { return true }
        let all = recent.good + recent.bad
        return all >= ejection.minimumRequests && Double(recent.bad) >= Double(all) * ejection.failureRatio
    }

    /// How long it is out this time.
    private var length: Duration { min(ejection.initial * (1 << min(max(0, ejections - 1), 30)), ejection.maximum) }

    // MARK: Checks

    /// Notes how a check went; returns whether that changed what the checks say.
    mutating func noteCheck(_ isWell: Bool, at now: Duration) -> Bool {
        guard let checks else { return false }
        let before = checked
        let agrees = isWell ? before == .healthy : before == .unhealthy
        checksInRow = agrees ? 0 : checksInRow + 1
        guard !agrees else { return false }
        // The first check decides alone.
        let needed = before == .unknown ? 1 : (isWell ? checks.healthyAfter : checks.unhealthyAfter)
        guard checksInRow >= needed else { return false }
        checksInRow = 0
        checked = isWell ? .healthy : .unhealthy
        // Who answers again need not wait until its time is over.
        if isWell, isEjected(at: now) { ejectedUntil = now }
        return true
    }
}
