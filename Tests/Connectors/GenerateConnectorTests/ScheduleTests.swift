internal import Testing

@testable internal import GenerateConnector

@Suite("Civil time")
struct CivilTimeTests {
    @Test("Days and dates are each other's inverse, and follow one another")
    func inverse() {
        var previous = CivilDate(days: -800_001)
        for days in Int64(-800_000)...800_000 {
            let date = CivilDate(days: days)
            guard date.days == days, (previous.dayOfWeek + 1) % 7 == date.dayOfWeek, follows(previous, date) else {
                Issue.record("\(date) is not day \(days), or does not follow \(previous)")
                return
            }
            previous = date
        }
        #expect(CivilDate(days: 0) == CivilDate(year: 1970, month: 1, day: 1))
    }

    private func follows(_ first: CivilDate, _ second: CivilDate) -> Bool {
        if second.day > 1 { return second == CivilDate(year: first.year, month: first.month, day: first.day + 1) }
        guard first.day == CivilDate.daysIn(month: first.month, of: first.year) else { return false }
        return first.month == 12
            ? second.month == 1 && second.year == first.year + 1
            : second.month == first.month + 1 && second.year == first.year
    }

    @Test("Known days of the week")
    func weekdays() {
        #expect(CivilDate(year: 2000, month: 2, day: 29).dayOfWeek == 2)
        #expect(CivilDate(year: 1969, month: 12, day: 31).dayOfWeek == 3)
        #expect(CivilDate(year: 2024, month: 12, day: 25).dayOfWeek == 3)
    }

    @Test("Seconds before 1970 belong to the day before")
    func negative() {
        let time = CivilTime(seconds: -1)
        #expect(time.date == CivilDate(year: 1969, month: 12, day: 31))
        #expect([time.hour, time.minute, time.second] == [23, 59, 59])
        #expect(time.seconds == -1)
    }
}

@Suite("Intervals and timers")
struct ScheduleTests {
    private func at(_ milliseconds: Int64) -> WallTime { WallTime(sinceEpoch: .milliseconds(milliseconds)) }

    private func interval(_ milliseconds: Int64, from anchor: Int64 = 0) -> Schedule {
        .every(Interval(every: .milliseconds(milliseconds), from: at(anchor)))
    }

    @Test(
        "An interval's next instant lies on its grid",
        arguments: [(0, 250), (1, 250), (249, 250), (250, 500), (-1, 0), (-900, 0), (10_001, 10_250)])
    func grid(after: Int64, expected: Int64) {
        #expect(interval(250).next(after: at(after)) == at(expected))
    }

    @Test("A grid of a third of a second does not drift in a thousand years")
    func noDrift() {
        let third = Duration(attoseconds: 333_333_333_333_333_333)
        let interval = Interval(every: third, from: at(0))
        let periods: Int128 = 94_672_800_000
        let instant = WallTime(sinceEpoch: Duration(attoseconds: third.attoseconds * periods))
        #expect(interval.next(after: instant) - instant == third)
        #expect(interval.next(after: instant + .nanoseconds(-1)) == instant)
    }

    @Test("A timer fires at its start, then once a period, each time once")
    func fires() {
        var timer = ScheduleTimer(interval(100), startingAt: at(0))
        #expect(timer.due == at(0))
        #expect(timer.fire(at: at(0)) == .init(scheduled: at(0), number: 1, merged: 0))
        #expect(timer.fire(at: at(99)) == nil)
        #expect(timer.fire(at: at(100)) == .init(scheduled: at(100), number: 2, merged: 0))
        #expect(timer.fire(at: at(100)) == nil)
        #expect(timer.due == at(200))
    }

    @Test("Missed instants become one firing that counts them")
    func merge() throws {
        var timer = ScheduleTimer(interval(100), startingAt: at(0))
        #expect(timer.fire(at: at(450)) == .init(scheduled: at(0), number: 1, merged: 4))
        #expect(timer.due == at(500))
        var cron = ScheduleTimer(.cron(try CronExpression("* * * * * *")), startingAt: at(0))
        #expect(cron.fire(at: at(3500)) == .init(scheduled: at(0), number: 1, merged: 3))
        #expect(cron.due == at(4000))
        #expect(cron.fire(at: at(40_000_000))?.merged == ScheduleTimer.countLimit)
        #expect(cron.due == at(40_001_000))
    }

    @Test("Missed instants are replayed one by one when asked for")
    func replay() {
        var timer = ScheduleTimer(interval(100), startingAt: at(0), missed: .replay)
        var fired: [WallTime] = []
        while let firing = timer.fire(at: at(350)) { fired.append(firing.scheduled) }
        #expect(fired == [at(0), at(100), at(200), at(300)])
        #expect(timer.due == at(400))
    }

    @Test("A clock that jumps back makes the next firing wait")
    func backwards() {
        var timer = ScheduleTimer(interval(100), startingAt: at(1000))
        _ = timer.fire(at: at(1000))
        #expect(timer.fire(at: at(0)) == nil)
        #expect(timer.due == at(1100))
    }

    @Test("A limit ends the timer, and so does a schedule that has no next instant")
    func ends() throws {
        var limited = ScheduleTimer(interval(100), startingAt: at(0), limit: 2)
        _ = limited.fire(at: at(0))
        _ = limited.fire(at: at(100))
        #expect(limited.due == nil)
        #expect(limited.fire(at: at(900)) == nil)
        #expect(ScheduleTimer(interval(100), startingAt: at(0), limit: 0).due == nil)
        var once = ScheduleTimer(.once(at(70)), startingAt: at(0))
        #expect(once.fire(at: at(80)) == .init(scheduled: at(70), number: 1, merged: 0))
        #expect(once.due == nil)
        #expect(ScheduleTimer(.cron(try CronExpression("0 0 30 2 *")), startingAt: at(0)).due == nil)
    }
}
