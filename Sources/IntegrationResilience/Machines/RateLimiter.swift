/// At most so many requests in a second: a token bucket, kept as the time at which it would be full again (the virtual
/// scheduling form of the generic cell rate algorithm, ITU-T I.371).
///
/// Who asks first goes first. In any span of time `t` no more than `rate · t + burst` tokens are handed out. Nothing is
/// rounded from one request to the next, so fractional rates hold in the long run.
///
/// A pure state machine: times are those of a monotonic clock that the caller reads.
public struct RateLimiter: Sendable {
    /// Tokens that come back in a second.
    public let rate: Double
    /// Tokens of a full bucket.
    public let burst: Int
    /// How long one token takes to come back.
    private let interval: Duration
    /// When the bucket is full.
    private var full = Duration.zero

    /// - Parameters:
    ///   - rate: tokens a second, more than 0.
    ///   - burst: at least 1.
    public init(rate: Double, burst: Int = 1) {
        precondition(rate > 0 && burst > 0, "a bucket without tokens lets nobody through")
        self.rate = rate
        self.burst = burst
        interval = .seconds(1 / rate)
    }

    /// Hands out tokens and tells when they may be used: now, or later where the bucket is empty. More tokens than the
    /// bucket holds are handed out as well; those who ask behind them wait the longer.
    ///
    /// - Returns: not before `now`.
    public mutating func reserve(_ tokens: Int = 1, at now: Duration) -> Duration {
        full = max(full, now) + interval * tokens
        return max(now, full - interval * burst)
    }

    /// When the next token can be used, were it reserved at `now`.
    public func next(at now: Duration) -> Duration { max(now, max(full, now) + interval - interval * burst) }

    /// Takes tokens back that were reserved and not used.
    public mutating func giveBack(_ tokens: Int = 1) { full -= interval * tokens }

    /// Tokens in the bucket; less than none where some were handed out for later.
    public func tokens(at now: Duration) -> Double { Double(burst) - max(.zero, full - now) / interval }
}
