/// A day and a time of day of the Gregorian calendar in UTC.
struct CivilDate: Equatable {
    var year: Int
    /// From 1.
    var month: Int
    /// From 1.
    var day: Int
    /// Of the day.
    var second = 0

    /// - Parameter time: seconds since 1970-01-01T00:00:00Z.
    init(_ time: Int) {
        let days = time >= 0 ? time / 86_400 : (time - 86_399) / 86_400
        second = time - days * 86_400
        // Years begin in March and eras of 400 years in a March 0, so that leap days come last.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Nil where there is no such day.
    init?(year: Int, month: Int, day: Int, second: Int) {
        (self.year, self.month, self.day, self.second) = (year, month, day, second)
        guard (1...12).contains(month), (1...31).contains(day), CivilDate(time) == self else { return nil }
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    var time: Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return (era * 146_097 + dayOfEra - 719_468) * 86_400 + second
    }

    /// Such as `2026-11-28`.
    var dayText: String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(year)-\(two(month))-\(two(day))"
    }
}
