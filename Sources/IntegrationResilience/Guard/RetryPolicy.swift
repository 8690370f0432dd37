public import IntegrationCore

/// How often a request is made, and after which failures.
public struct RetryPolicy: Sendable, Hashable {
    /// All tries together, the first one included.
    public var maximumAttempts: Int
    public var backoff: Backoff
    /// Nil: after every failure that may pass.
    public var retryOn: Set<RetryConfiguration.Failure>?

    public init(
        maximumAttempts: Int = 3, backoff: Backoff = Backoff(), retryOn: Set<RetryConfiguration.Failure>? = nil
    ) {
        self.maximumAttempts = maximumAttempts
        self.backoff = backoff
        self.retryOn = retryOn
    }

    public init(_ configuration: RetryConfiguration) {
        self.init(
            maximumAttempts: configuration.maxAttempts, backoff: Backoff(configuration),
            retryOn: configuration.retryOn.map { Set($0) })
    }

    /// Whether a request that has failed `failures` times, now with `error`, is made again.
    public func retries(_ error: IntegrationError, failures: Int) -> Bool {
        guard failures < maximumAttempts, let failure = RetryConfiguration.Failure(error.code.retryClass) else {
            return false
        }
        return retryOn?.contains(failure) ?? true
    }
}

extension Backoff {
    public init(_ configuration: BackoffConfiguration) {
        self.init(
            initial: configuration.initial, maximum: configuration.max,
            growth: configuration.growth == .linear
                ? .linear(step: configuration.step) : .exponential(multiplier: configuration.multiplier),
            jitter: Jitter(configuration.jitter))
    }

    /// With the longest wait that the other system may ask for.
    public init(_ configuration: RetryConfiguration) {
        self.init(configuration.backoff)
        longestRetryAfter = configuration.retryAfterCap
    }
}

extension Backoff.Jitter {
    init(_ jitter: IntegrationCore.Jitter) {
        switch jitter {
        case .full: self = .full
        case .none: self = .none
        case .ratio(let ratio): self = .ratio(ratio)
        }
    }
}
