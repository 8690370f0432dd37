internal import IntegrationCore

/// Lets only a share of all requests be retries, so that retries don't become the load that keeps a system down
/// (Google, *Site Reliability Engineering*, chapter 21; the form is that of Finagle's budgets).
///
/// A pure state machine: times are those of a monotonic clock that the caller reads.
public struct RetryBudget: Sendable {
    /// How many retries a request pays for.
    public let ratio: Double
    /// Retries a second that are free.
    public let minimumPerSecond: Double
    private let window: Duration
    /// Requests and retries.
    private var counts: TimeWindow

    /// - Parameter window: how far it looks back; in tenths.
    public init(ratio: Double = 0.2, minimumPerSecond: Double = 3, window: Duration = .seconds(10)) {
        self.ratio = ratio
        self.minimumPerSecond = minimumPerSecond
        self.window = window
        counts = TimeWindow(window)
    }

    /// Notes a request that is no retry.
    public mutating func noteRequest(at now: Duration) { counts.add([1, 0, 0], at: now) }

    /// Takes a retry out of the budget; false where it is used up.
    public mutating func takeRetry(at now: Duration) -> Bool {
        counts.move(to: now)
        let allowed = ratio * Double(counts.sum.x) + minimumPerSecond * window.seconds
        guard Double(counts.sum.y + 1) <= allowed else { return false }
        counts.add([0, 1, 0], at: now)
        return true
    }
}
