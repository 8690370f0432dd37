public import IntegrationCore
public import IntegrationResilience

/// What happens to messages that fail: retries first, then the dead letters.
public struct ErrorHandling: Sendable {
    /// Which failures are tried again.
    public enum RetryOn: String, Sendable, Hashable, CaseIterable {
        /// The other system failed (HTTP 5xx, 429, a full queue …).
        case serverError = "server_error"
        case timeout
        /// It could not be reached, or the connection was cut.
        case connection
        /// The other system asked us to slow down.
        case rateLimited = "rate_limited"
        /// Everything that its code calls retryable.
        case any
    }

    /// What becomes of a message that has failed for good.
    public enum Exhausted: Sendable, Hashable {
        case deadLetter
        /// The flow stops and the message stays with its source.
        case stop
        /// It is dropped, logged and counted.
        case drop
    }

    /// All tries together, the first one included.
    public var maximumAttempts: Int
    public var backoff: Backoff
    public var retryOn: Set<RetryOn>
    /// What becomes of a message that has failed for good.
    public var exhausted: Exhausted
    /// Destination of dead letters; nil keeps them in memory.
    public var deadLetters: String?
    public var brake: Brake

    public init(
        maximumAttempts: Int = 3, backoff: Backoff = Backoff(), retryOn: Set<RetryOn> = [.any],
        exhausted: Exhausted = .deadLetter, deadLetters: String? = nil, brake: Brake = Brake()
    ) {
        self.maximumAttempts = maximumAttempts
        self.backoff = backoff
        self.retryOn = retryOn
        self.exhausted = exhausted
        self.deadLetters = deadLetters
        self.brake = brake
    }

    /// Whether a message that has failed `failures` times, now with `error`, is tried again.
    public func retries(_ error: IntegrationError, failures: Int) -> Bool {
        guard error.isRetryable, failures < maximumAttempts else { return false }
        if retryOn.contains(.any) { return true }
        return RetryConfiguration.Failure(error.code.retryClass).map { retryOn.contains(RetryOn($0)) } ?? false
    }
}

extension ErrorHandling.RetryOn {
    public init(_ failure: RetryConfiguration.Failure) {
        switch failure {
        case .serverError: self = .serverError
        case .timeout: self = .timeout
        case .connection: self = .connection
        case .rateLimited: self = .rateLimited
        }
    }
}

/// Stops a flow when `failed` of its last `of` messages failed for good: something is wrong that no dead letter mends.
public struct Brake: Sendable, Hashable {
    public var failed: Int
    public var of: Int

    public init(failed: Int = 100, of: Int = 100) {
        self.failed = failed
        self.of = of
    }
}

/// The brake's memory: a ring of the last verdicts, advanced by runs.
struct BrakeState {
    let brake: Brake
    private var ring: [Bool]
    private var next = 0
    private(set) var failures = 0

    init(_ brake: Brake) {
        self.brake = brake
        ring = Array(repeating: false, count: max(1, brake.of))
    }

    /// Notes `count` messages in a row; returns whether the brake falls.
    mutating func note(failed: Bool, count: Int) -> Bool {
        if !failed, failures == 0 { return false }
        for _ in 0..<min(count, ring.count) {
            if ring[next] { failures -= 1 }
            ring[next] = failed
            if failed { failures += 1 }
            next = (next + 1) % ring.count
        }
        return failures >= brake.failed
    }
}
