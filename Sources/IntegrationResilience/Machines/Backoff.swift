/// How long to wait before the next try.
///
/// The wait before try n + 1 is `d = min(maximum, initial · multiplier^(n-1))` (exponential) or
/// `min(maximum, initial + step · (n-1))` (linear), made random by `jitter`.
public struct Backoff: Sendable, Hashable {
    public enum Growth: Sendable, Hashable {
        case exponential(multiplier: Double)
        case linear(step: Duration)
    }

    public enum Jitter: Sendable, Hashable {
        /// `random(0 … d)`.
        case full
        /// `d`.
        case none
        /// `random(d · (1 − ratio) … d)`.
        case ratio(Double)
    }

    public var initial: Duration
    public var maximum: Duration
    public var growth: Growth
    public var jitter: Jitter
    /// The longest wait that another system may ask for with `Retry-After`.
    public var longestRetryAfter: Duration

    public init(
        initial: Duration = .seconds(1), maximum: Duration = .seconds(60),
        growth: Growth = .exponential(multiplier: 2), jitter: Jitter = .full,
        longestRetryAfter: Duration = .seconds(3600)
    ) {
        self.initial = initial
        self.maximum = maximum
        self.growth = growth
        self.jitter = jitter
        self.longestRetryAfter = longestRetryAfter
    }

    /// The wait before jitter after `failures` failed tries (at least 1).
    public func base(after failures: Int) -> Duration {
        let earlier = max(0, failures - 1)
        switch growth {
        case .linear(let step):
            let steps = min(earlier, 1_000_000)
            return min(maximum, initial + step * steps)
        case .exponential(let multiplier):
            var wait = initial.asSeconds
            let most = maximum.asSeconds
            for _ in 0..<min(earlier, 4096) where wait < most { wait *= multiplier }
            return wait >= most ? maximum : .seconds(wait)
        }
    }

    /// The wait after `failures` failed tries; what the other system asked for wins, up to its cap.
    public func wait(
        after failures: Int, retryAfter: Duration? = nil, using random: inout some RandomNumberGenerator
    ) -> Duration {
        if let retryAfter { return min(max(.zero, retryAfter), longestRetryAfter) }
        let base = base(after: failures)
        switch jitter {
        case .none: return base
        case .full: return base * Double.random(in: 0...1, using: &random)
        case .ratio(let ratio):
            let ratio = min(max(0, ratio), 1)
            return base * (1 - ratio * Double.random(in: 0...1, using: &random))
        }
    }
}

extension Duration {
    fileprivate var asSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
