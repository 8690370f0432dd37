/// A moment in the proleptic Gregorian calendar, UTC, from milliseconds since 1970.
struct CalendarDate {
    let milliseconds: Int64
    let year: Int
    /// From 1.
    let month: Int
    /// From 1.
    let day: Int
    let hour: Int
    let minute: Int
    let second: Int
    let millisecond: Int

    static let millisecondsInDay: Int64 = 86_400_000

    init(milliseconds: Int64) {
        self.milliseconds = milliseconds
        let days = Self.floorDivide(milliseconds, Self.millisecondsInDay)
        let rest = Int(milliseconds - days * Self.millisecondsInDay)
        hour = rest / 3_600_000
        minute = rest / 60_000 % 60
        second = rest / 1000 % 60
        millisecond = rest % 1000
        // Days to civil date (Howard Hinnant, "chrono-compatible low-level date algorithms").
        let shifted = days + 719_468
        let era = Self.floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : (value - divisor + 1) / divisor
    }

    /// Days from 1970 to the first of a month; months outside 1 … 12 count on.
    static func days(year: Int, month: Int) -> Int64 {
        let months = Int64(year) * 12 + Int64(month - 1)
        let year = floorDivide(months, 12)
        let month = months - year * 12 + 1
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = floorDivide(shiftedYear, 400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// Milliseconds of the first of a month.
    static func milliseconds(year: Int, month: Int) -> Int64 { days(year: year, month: month) * millisecondsInDay }

    /// Milliseconds of the day on which this moment lies.
    var startOfDay: Int64 { Self.milliseconds(year: year, month: month) + Int64(day - 1) * Self.millisecondsInDay }

    /// 1 for Monday … 7 for Sunday (ISO 8601).
    var weekday: Int { Self.weekday(startOfDay) }

    private static func weekday(_ milliseconds: Int64) -> Int {
        let days = floorDivide(milliseconds, millisecondsInDay)
        let remainder = (days + 3) % 7
        return Int(remainder < 0 ? remainder + 7 : remainder) + 1
    }

    var dayOfYear: Int {
        Int((startOfDay - Self.milliseconds(year: year, month: 1)) / Self.millisecondsInDay) + 1
    }

    // MARK: Weeks

    /// Monday of the first week of a month or, for January, of a year: the week with its first Thursday.
    private static func firstWeek(_ year: Int, _ month: Int) -> Int64 {
        let first = milliseconds(year: year, month: month)
        let weekday = Int64(weekday(first))
        return weekday > 4 ? first + (8 - weekday) * millisecondsInDay : first - (weekday - 1) * millisecondsInDay
    }

    private static func weeks(from start: Int64, to day: Int64) -> Int {
        Int(floorDivide(day - start, 7 * millisecondsInDay)) + 1
    }

    var weekOfYear: Int {
        let week = Self.weeks(from: Self.firstWeek(year, 1), to: startOfDay)
        if week > 52, startOfDay >= Self.firstWeek(year + 1, 1) { return 1 }
        if week < 1 { return Self.weeks(from: Self.firstWeek(year - 1, 1), to: startOfDay) }
        return week
    }

    var weekOfMonth: Int {
        let week = Self.weeks(from: Self.firstWeek(year, month), to: startOfDay)
        if week > 4, startOfDay >= Self.firstWeek(year, month + 1) { return 1 }
        if week < 1 { return Self.weeks(from: Self.firstWeek(year, month - 1), to: startOfDay) }
        return week
    }

    /// The year to which the week belongs.
    var weekYear: Int {
        if milliseconds < Self.firstWeek(year, 1) { return year - 1 }
        return milliseconds >= Self.firstWeek(year + 1, 1) ? year + 1 : year
    }

    /// The month to which the week belongs.
    var weekMonth: Int {
        if milliseconds < Self.firstWeek(year, month) { return month == 1 ? 12 : month - 1 }
        return milliseconds >= Self.firstWeek(year, month + 1) ? month % 12 + 1 : month
    }

    /// The number that a component of a picture stands for; nil where it is none.
    func component(_ letter: Character) -> Int? {
        switch letter {
        case "Y": year
        case "M": month
        case "D": day
        case "d": dayOfYear
        case "F": weekday
        case "W": weekOfYear
        case "w": weekOfMonth
        case "X": weekYear
        case "x": weekMonth
        case "H": hour
        case "h": hour % 12 == 0 ? 12 : hour % 12
        case "m": minute
        case "s": second
        case "f": millisecond
        case "P": hour >= 12 ? 1 : 0
        default: nil
        }
    }

    static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    static let weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
}
