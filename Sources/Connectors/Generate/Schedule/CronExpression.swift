/// A cron expression in its time zone: the set of instants whose civil time matches its fields.
///
/// Five fields, `minute hour day-of-month month day-of-week`, or six with `second` in front. A field is `*`, a value, a
/// range `a-b`, a step `*/n`, `a/n` or `a-b/n`, or a list of them; months and days of the week also go by their English
/// names; `?` means `*`; Sunday is 0 and 7. `@yearly`, `@annually`, `@monthly`, `@weekly`, `@daily`, `@midnight` and
/// `@hourly` stand for five fields. `TZ=Europe/Lisbon ` or `CRON_TZ=Europe/Lisbon ` in front names the time zone.
///
/// Where both fields of days are restricted, a day that matches either of them fires (POSIX, crontab); `*/2` restricts.
/// A time that a clock change skips does not fire on that day, a time that it repeats fires twice.
package struct CronExpression: Sendable {
    /// The text as it was given.
    package let text: String
    /// The zone in which the fields are read.
    package let zone: TimeZoneRules

    let seconds: CronFieldSet
    let minutes: CronFieldSet
    let hours: CronFieldSet
    let daysOfMonth: CronFieldSet
    let months: CronFieldSet
    let daysOfWeek: CronFieldSet

    /// How far ahead a match is looked for: no date that exists is rarer than 29 February, which is at most 8 years
    /// away, and a clock change that hides a time on one of them does not hide it on all.
    private static let horizonYears = 40

    /// Reads an expression.
    ///
    /// - Parameters:
    ///   - zone: The zone of an expression that names none.
    ///   - zones: Where the rules of a named zone are read from.
    /// - Throws: What is wrong, where in the text, and what is allowed there.
    package init(
        _ text: String, zone: TimeZoneRules = .utc, zones: TimeZoneLibrary = .system
    ) throws(ScheduleError) {
        var parser = CronParser(text)
        let parsed = try parser.parse(zones: zones)
        self.text = text
        self.zone = parsed.zone ?? zone
        self.seconds = parsed.fields[0]
        self.minutes = parsed.fields[1]
        self.hours = parsed.fields[2]
        self.daysOfMonth = parsed.fields[3]
        self.months = parsed.fields[4]
        self.daysOfWeek = parsed.fields[5]
    }

    /// The first match later than `time`, on a whole second; `nil` when there is none, as for 30 February.
    package func next(after time: WallTime) -> WallTime? {
        var instant = time.wholeSeconds + 1
        var stretch = zone.stretch(at: instant)
        let lastYear = CivilTime(seconds: instant + stretch.offset).date.year + Self.horizonYears
        // Within a stretch of one offset, instants and civil times run in step.
        while true {
            let start = CivilTime(seconds: instant + stretch.offset)
            guard let match = firstMatch(from: start, lastYear: lastYear) else { return nil }
            let found = match.seconds - stretch.offset
            guard let end = stretch.end, found >= end else { return WallTime(seconds: found) }
            instant = end
            stretch = zone.stretch(at: instant)
        }
    }

    /// The first civil time from `start` on that matches, clock changes left aside.
    private func firstMatch(from start: CivilTime, lastYear: Int) -> CivilTime? {
        if matches(start.date), let time = firstTime(from: start) { return time }
        var date = CivilDate(days: start.date.days + 1)
        while date.year <= lastYear {
            guard months.contains(date.month) else {
                date = Self.firstOfMonth(after: date)
                continue
            }
            if matches(date) { return firstTime(from: CivilTime(date: date, hour: 0, minute: 0, second: 0)) }
            date = CivilDate(days: date.days + 1)
        }
        return nil
    }

    private static func firstOfMonth(after date: CivilDate) -> CivilDate {
        date.month == 12
            ? CivilDate(year: date.year + 1, month: 1, day: 1)
            : CivilDate(year: date.year, month: date.month + 1, day: 1)
    }

    private func matches(_ date: CivilDate) -> Bool {
        guard months.contains(date.month) else { return false }
        let dayOfMonth = daysOfMonth.contains(date.day)
        let dayOfWeek = daysOfWeek.contains(date.dayOfWeek)
        return daysOfMonth.isAny || daysOfWeek.isAny ? dayOfMonth && dayOfWeek : dayOfMonth || dayOfWeek
    }

    /// The first matching time on the day of `start` that is not before it.
    private func firstTime(from start: CivilTime) -> CivilTime? {
        guard let firstMinute = minutes.first(from: 0), let firstSecond = seconds.first(from: 0) else { return nil }
        func time(_ hour: Int, _ minute: Int, _ second: Int) -> CivilTime {
            CivilTime(date: start.date, hour: hour, minute: minute, second: second)
        }
        if hours.contains(start.hour) {
            if minutes.contains(start.minute), let second = seconds.first(from: start.second) {
                return time(start.hour, start.minute, second)
            }
            if let minute = minutes.first(from: start.minute + 1) { return time(start.hour, minute, firstSecond) }
        }
        return hours.first(from: start.hour + 1).map { time($0, firstMinute, firstSecond) }
    }
}
