/// Finds out how many calls a system can work on at once, from how long they take.
///
/// The gradient algorithm of Envoy's adaptive concurrency filter: now and then so few calls go on that none waits for
/// another, which gives the latency without a queue; from then on the limit of each window of time is
/// `limit · (latency without a queue · 1.25 / latency now) + √limit`. It grows only where it was made use of. A call that
/// failed for lack of time or capacity cuts it by a tenth, once a window.
///
/// A pure state machine: times are those of a monotonic clock that the caller reads.
public struct AdaptiveLimit: Sendable {
    /// Limits never leave this range.
    public let range: ClosedRange<Int>
    /// A window is at least so long, and holds at least so many calls.
    private static let windowLength = Duration.milliseconds(100)
    private static let windowCalls = 10
    /// How much slower than without a queue calls may be.
    private static let tolerance = 1.25
    /// How often the latency without a queue is measured, with how many calls, and how many of them at once.
    private static let measuredEvery = Duration.seconds(60)
    private static let measuredCalls = 50
    private static let measuredAtOnce = 3

    private struct Window: Sendable {
        var start: Duration
        var calls = 0
        var seconds = 0.0
        var mostInFlight = 0
        var hasFailed = false

        var latency: Double { max(seconds / Double(calls), 1e-9) }
    }

    private var estimate: Double
    /// The latency without a queue in seconds, and when it was measured; nil while it is measured.
    private var unqueued: (latency: Double, time: Duration)?
    private var window: Window?

    /// - Parameter initial: where it begins, within the range.
    public init(range: ClosedRange<Int>, initial: Int) {
        precondition(range.lowerBound > 0, "a limit of none lets nobody through")
        self.range = range
        estimate = Double(min(max(initial, range.lowerBound), range.upperBound))
    }

    /// How many may go on at once.
    public var limit: Int {
        let limit = Int(estimate)
        return unqueued == nil ? min(limit, max(range.lowerBound, Self.measuredAtOnce)) : limit
    }

    /// Notes a call that has ended.
    ///
    /// - Parameters:
    ///   - latency: how long it took.
    ///   - inFlight: how many were under way when it ended, itself included.
    ///   - hasFailed: whether it failed for lack of time or capacity.
    public mutating func record(latency: Duration, inFlight: Int, hasFailed: Bool, at now: Duration) {
        // Calls that began among more of them say nothing about the latency without a queue.
        if unqueued == nil, inFlight > limit { return }
        var window = self.window ?? Window(start: now)
        window.calls += 1
        window.seconds += latency / .seconds(1)
        window.mostInFlight = max(window.mostInFlight, inFlight)
        window.hasFailed = window.hasFailed || hasFailed
        self.window = window
        guard let unqueued else {
            if window.calls < Self.measuredCalls { return }
            self.unqueued = (window.latency, now)
            self.window = nil
            return
        }
        guard now - window.start >= Self.windowLength, window.calls >= Self.windowCalls else { return }
        self.window = nil
        update(window, unqueued.latency)
        if now - unqueued.time >= Self.measuredEvery { self.unqueued = nil }
    }

    private mutating func update(_ window: Window, _ unqueued: Double) {
        if window.hasFailed { return set(estimate * 0.9) }
        let gradient = min(2, max(0.5, Self.tolerance * unqueued / window.latency))
        let wanted = estimate * gradient + estimate.squareRoot()
        // What nobody made use of need not grow.
        if wanted < estimate || Double(window.mostInFlight) >= estimate / 2 { set(wanted) }
    }

    private mutating func set(_ new: Double) {
        estimate = min(max(new, Double(range.lowerBound)), Double(range.upperBound))
    }
}
