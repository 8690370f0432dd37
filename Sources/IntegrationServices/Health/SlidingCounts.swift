internal import IntegrationResilience

/// How often two things happened within the last while, to about a tenth of it. Times are those of a monotonic clock.
struct SlidingCounts: Sendable {
    private var window: TimeWindow

    init(_ window: Duration) { self.window = TimeWindow(window) }

    var good: Int { window.sum.x }
    var bad: Int { window.sum.y }

    mutating func add(good: Int = 0, bad: Int = 0, at now: Duration) { window.add([good, bad, 0], at: now) }

    /// Forgets what is too old.
    mutating func advance(to now: Duration) { window.move(to: now) }

    mutating func clear() { window.clear() }
}
