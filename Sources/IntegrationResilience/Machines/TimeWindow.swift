/// Three counters over the last so many seconds, in ten parts: what is older falls out a tenth of the window at a time.
package struct TimeWindow: Sendable {
    package typealias Counts = SIMD3<Int>

    static let parts = 10
    private let width: Duration
    private var counts = [Counts](repeating: .zero, count: Self.parts)
    /// The number of the part that is counted in now.
    private var current = 0
    package private(set) var sum = Counts.zero

    /// - Parameter length: more than 0.
    package init(_ length: Duration) {
        precondition(length > .zero, "a window without length sees nothing")
        width = max(.nanoseconds(1), length / Self.parts)
    }

    /// Forgets what is older than the window. A clock that goes back changes nothing.
    package mutating func move(to now: Duration) {
        let part = Int(min(now / width, 1e15))
        guard part > current else { return }
        for step in 1...min(part - current, Self.parts) {
            let index = (current + step) % Self.parts
            sum &-= counts[index]
            counts[index] = .zero
        }
        current = part
    }

    package mutating func add(_ more: Counts, at now: Duration) {
        move(to: now)
        counts[current % Self.parts] &+= more
        sum &+= more
    }

    package mutating func clear() {
        for index in counts.indices { counts[index] = .zero }
        sum = .zero
    }
}
