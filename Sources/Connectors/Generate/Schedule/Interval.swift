/// Instants at a fixed distance from each other: the anchor, and every whole number of periods after it.
package struct Interval: Sendable, Hashable {
    package let period: Duration
    /// The first instant.
    package let anchor: WallTime

    /// - Precondition: `period` is positive; the configuration has refused any other before.
    package init(every period: Duration, from anchor: WallTime) {
        precondition(period > .zero, "an interval's period is positive")
        self.period = period
        self.anchor = anchor
    }

    /// The first instant later than `time`.
    package func next(after time: WallTime) -> WallTime {
        guard time >= anchor else { return anchor }
        return anchor + Duration(attoseconds: (periods(until: time) + 1) * period.attoseconds)
    }

    /// How many of the instants lie in `first ... last`, where `first` is one of them.
    func count(from first: WallTime, through last: WallTime) -> Int {
        guard last >= first else { return 0 }
        return Int(clamping: periods(until: last) - periods(until: first) + 1)
    }

    private func periods(until time: WallTime) -> Int128 {
        (time - anchor).attoseconds.flooredQuotient(by: period.attoseconds)
    }
}
