internal import IntegrationCore

/// Keeps failovers a small share of all calls, so that a system that is down does not get every call as often as it has
/// endpoints (Finagle's `RetryBudget`).
public struct RetryBudget: Sendable, Hashable {
    /// Failovers that each call pays for; 0.2: one for five calls.
    public var ratio: Double
    /// Failovers that are always allowed, in a second.
    public var reserve: Double

    /// What is looked back upon.
    static let window = Duration.seconds(10)

    public init(ratio: Double = 0.2, reserve: Double = 10) {
        self.ratio = ratio
        self.reserve = reserve
    }

    /// The account: a pure state machine.
    struct Account: Sendable {
        let budget: RetryBudget
        private var counts = SlidingCounts(RetryBudget.window)

        init(_ budget: RetryBudget) { self.budget = budget }

        mutating func called(_ count: Int, at now: Duration) { counts.add(good: count, at: now) }

        /// Takes `count` failovers out; false where there are not so many.
        mutating func withdraw(_ count: Int, at now: Duration) -> Bool {
            counts.advance(to: now)
            let most = Double(counts.good) * budget.ratio + budget.reserve * RetryBudget.window.seconds
            guard Double(counts.bad + count) <= most else { return false }
            counts.add(bad: count, at: now)
            return true
        }
    }
}
