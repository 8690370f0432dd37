/// Time as the engine sees it; tests put in a clock that they move by hand.
public protocol TimeSource: Sendable {
    /// Monotonic time since some fixed moment; goes on while the machine sleeps.
    var now: Duration { get }
    /// Time since 1970-01-01T00:00:00Z, without leap seconds.
    var wallTime: Duration { get }
    /// Returns when `now` has reached `deadline`.
    ///
    /// - Throws: when the task is cancelled first.
    func sleep(until deadline: Duration) async throws(CancellationError)
}

extension TimeSource {
    public func sleep(for duration: Duration) async throws(CancellationError) {
        try await sleep(until: now + duration)
    }
}

extension Duration {
    /// Whole milliseconds, rounded down.
    public var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }

    /// Whole nanoseconds, rounded down.
    public var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }

    /// Seconds as a double.
    public var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
