internal import IntegrationCore

/// Says how many messages are due, and until when to wait for the next. A pure state machine on the caller's clocks.
struct GenerateTimer: Sendable {
    /// Time as a caller reads it.
    struct Reading: Sendable {
        /// Monotonic.
        var now: Duration
        /// Since 1970-01-01T00:00:00Z.
        var wall: Duration
    }

    enum Decision: Sendable, Equatable {
        /// Hand over `count` messages from number `first` on, which were due at `scheduled`.
        case deliver(first: Int, count: Int, scheduled: Duration)
        /// Nothing is due before the monotonic clock reads this.
        case wait(until: Duration)
        case done
    }

    private enum Pace {
        case unlimited
        case timer(ScheduleTimer, isWallClock: Bool)
        case rate(Double, began: Duration, made: Int)
    }

    private let limit: Int?
    private let batchSize: Int
    /// What to add to the monotonic clock to get the wall clock as it was at the start.
    private let offset: Duration
    private var pace: Pace
    private var made = 0

    /// No wait is longer, so that a wall clock that was set is noticed.
    static let longestWait = Duration.seconds(60)

    init(
        _ pace: GeneratePace, missed: GenerateMissed, limit: Int?, batchSize: Int, startingAt start: Reading
    ) {
        self.limit = limit
        self.batchSize = batchSize
        offset = start.wall - start.now
        let wall = WallTime(sinceEpoch: start.wall)
        let missed: ScheduleTimer.Missed = missed == .merge ? .merge : .replay
        switch pace {
        case .unlimited, .interval(.zero): self.pace = .unlimited
        case .interval(let period):
            let schedule = Schedule.every(Interval(every: period, from: wall))
            self.pace = .timer(ScheduleTimer(schedule, startingAt: wall, missed: missed), isWallClock: false)
        case .cron(let cron):
            let schedule = Schedule.cron(cron.expression)
            self.pace = .timer(ScheduleTimer(schedule, startingAt: wall, missed: missed), isWallClock: true)
        case .rate(let rate): self.pace = .rate(rate, began: start.now, made: 0)
        }
    }

    mutating func next(at reading: Reading) -> Decision {
        let room = limit.map { $0 - made } ?? Int.max
        guard room > 0 else { return .done }
        switch pace {
        case .unlimited:
            return deliver(min(batchSize, room), scheduled: reading.now + offset)
        case .timer(var timer, let isWallClock):
            let wall = isWallClock ? reading.wall : reading.now + offset
            if let firing = timer.fire(at: WallTime(sinceEpoch: wall)) {
                pace = .timer(timer, isWallClock: isWallClock)
                return deliver(1, scheduled: firing.scheduled.sinceEpoch)
            }
            guard let due = timer.due else { return .done }
            return .wait(until: reading.now + min(due.sinceEpoch - wall, Self.longestWait))
        case .rate(let rate, let began, let count):
            return next(at: reading.now, rate: rate, began: began, count: count, room: room)
        }
    }

    private mutating func next(
        at now: Duration, rate: Double, began: Duration, count: Int, room: Int
    ) -> Decision {
        var (began, count) = (began, count)
        var due = Int((now - began).seconds * rate) + 1
        if due - count > max(1, Int(rate)) {
            // More than a second behind.
            (began, count, due) = (now, 0, 1)
        }
        // At high rates a hundredth of a second's messages are handed over at once.
        let share = min(batchSize, max(1, Int(rate / 100)), room)
        guard due - count >= share else {
            let last = began + Duration.nanoseconds(Int64((Double(count + share - 1) / rate * 1e9).rounded(.up)))
            return .wait(until: max(last, now + .nanoseconds(1)))
        }
        let number = min(due - count, batchSize, room)
        let scheduled = began + Duration.nanoseconds(Int64(Double(count) / rate * 1e9))
        pace = .rate(rate, began: began, made: count + number)
        return deliver(number, scheduled: scheduled + offset)
    }

    private mutating func deliver(_ count: Int, scheduled: Duration) -> Decision {
        defer { made += count }
        return .deliver(first: made, count: count, scheduled: scheduled)
    }
}
