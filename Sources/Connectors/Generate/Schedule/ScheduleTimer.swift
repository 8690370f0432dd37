/// Follows a schedule: what is due when, and what became of the instants that were missed.
///
/// A pure state machine on the caller's clock. The caller sleeps until `due` and then asks `fire(at:)`; a clock that
/// jumps forward, or a machine that slept, makes instants late, one that jumps back makes them wait.
package struct ScheduleTimer: Sendable {
    /// What happens to instants that passed while nobody asked.
    package enum Missed: Sendable, Hashable {
        /// They become one firing, which counts them.
        case merge
        /// Each gets a firing of its own, one after another.
        case replay
    }

    /// One firing of the schedule.
    package struct Firing: Sendable, Hashable {
        /// The instant that it belongs to, by the schedule; with `merge` the earliest one that it stands for.
        package let scheduled: WallTime
        /// 1 for the first firing of this timer.
        package let number: Int
        /// How many later instants it also stands for, counted up to `ScheduleTimer.countLimit`.
        package let merged: Int
    }

    /// No more missed instants than this are counted one by one.
    package static let countLimit = 1000

    private let schedule: Schedule
    private let missed: Missed
    private let limit: Int?
    private var fired = 0
    /// The next instant at which to fire; `nil` when there is none any more.
    package private(set) var due: WallTime?

    /// - Parameters:
    ///   - start: The first instant may be at `start` itself, not before.
    ///   - limit: How often to fire at most; `nil` is without end.
    package init(_ schedule: Schedule, startingAt start: WallTime, missed: Missed = .merge, limit: Int? = nil) {
        self.schedule = schedule
        self.missed = missed
        self.limit = limit
        self.due = limit.map { $0 <= 0 } == true ? nil : schedule.next(after: start + .nanoseconds(-1))
    }

    /// The firing that is due at `now`, if one is; moves on to the next.
    package mutating func fire(at now: WallTime) -> Firing? {
        guard let scheduled = due, scheduled <= now else { return nil }
        fired += 1
        var merged = 0
        switch missed {
        case .replay: due = schedule.next(after: scheduled)
        case .merge:
            merged = countMerged(after: scheduled, through: now)
            due = schedule.next(after: now)
        }
        if let limit, fired >= limit { due = nil }
        return Firing(scheduled: scheduled, number: fired, merged: merged)
    }

    private func countMerged(after scheduled: WallTime, through now: WallTime) -> Int {
        if case .every(let interval) = schedule {
            return min(interval.count(from: scheduled, through: now) - 1, Self.countLimit)
        }
        var count = 0
        var instant = schedule.next(after: scheduled)
        while let passed = instant, passed <= now, count < Self.countLimit {
            count += 1
            instant = schedule.next(after: passed)
        }
        return count
    }
}
