/// How often two things happened within the last while, to about a tenth of it. Times are those of a monotonic clock.
struct SlidingCounts: Sendable {
    private static let slots = 10

    private let slot: Duration
    private var counts: [(good: Int, bad: Int)]
    /// Number of the slot that is counted in now.
    private var current = 0
    private(set) var good = 0
    private(set) var bad = 0

    init(_ window: Duration) {
        slot = max(window / Self.slots, .milliseconds(1))
        counts = Array(repeating: (0, 0), count: Self.slots)
    }

    mutating func add(good: Int = 0, bad: Int = 0, at now: Duration) {
        advance(to: now)
        counts[current % Self.slots].good += good
        counts[current % Self.slots].bad += bad
        self.good += good
        self.bad += bad
    }

    /// Forgets what is too old.
    mutating func advance(to now: Duration) {
        let number = Int(now / slot)
        guard number > current else { return }
        for old in (current + 1)...max(current + 1, min(number, current + Self.slots)) {
            good -= counts[old % Self.slots].good
            bad -= counts[old % Self.slots].bad
            counts[old % Self.slots] = (0, 0)
        }
        current = number
    }

    mutating func clear() {
        for index in counts.indices { counts[index] = (0, 0) }
        (good, bad) = (0, 0)
    }
}
