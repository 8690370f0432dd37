/// A POSIX TZ string such as `EST5EDT,M3.2.0,M11.1.0` with the extensions of RFC 9636, 3.3.2: the rule of a zone after
/// the last change that its file lists.
struct PosixTimeZone: Sendable, Equatable {
    /// Seconds east of UTC outside of daylight saving time.
    let standardOffset: Int64
    let daylight: Daylight?

    struct Daylight: Sendable, Equatable {
        /// Seconds east of UTC while it lasts.
        let offset: Int64
        /// When it begins, in standard time.
        let start: Change
        /// When it ends, in daylight saving time.
        let end: Change
    }

    /// A moment of every year.
    struct Change: Sendable, Equatable {
        enum Day: Sendable, Equatable {
            /// `Jn`: day 1 … 365 of the year, 29 February never counted.
            case julian(Int)
            /// `n`: day 0 … 365 of the year, 29 February counted.
            case zeroBased(Int)
            /// `Mm.w.d`: the w-th weekday d (0 is Sunday) of month m; week 5 is the last one.
            case weekday(month: Int, week: Int, day: Int)
        }
        let day: Day
        /// Seconds after midnight; may lie outside of the day.
        let time: Int64

        /// Seconds from 1970-01-01 00:00:00 to the moment, on the wall clock that it is given in.
        func seconds(in year: Int) -> Int64 {
            let newYear = CivilDate(year: year, month: 1, day: 1).days
            let days: Int64
            switch day {
            case .julian(let number):
                days = newYear + Int64(number) - 1 + (CivilDate.isLeap(year) && number >= 60 ? 1 : 0)
            case .zeroBased(let number):
                days = newYear + Int64(number)
            case .weekday(let month, let week, let day):
                let first = CivilDate(year: year, month: month, day: 1)
                var date = 1 + (day - first.dayOfWeek + 7) % 7 + (week - 1) * 7
                if date > CivilDate.daysIn(month: month, of: year) { date -= 7 }
                days = first.days + Int64(date) - 1
            }
            return days * 86_400 + time
        }
    }

    /// The stretch of one offset that holds an instant.
    func stretch(at instant: Int64) -> TimeZoneRules.Stretch {
        guard let daylight else { return .init(offset: standardOffset, end: nil) }
        let year = CivilTime(seconds: instant + standardOffset).date.year
        var offset = standardOffset
        // Ascending. Where one year's end meets the next year's start, the start comes later in the list and wins.
        for (change, next) in changes(of: daylight, around: year) {
            if change > instant { return .init(offset: offset, end: change) }
            offset = next
        }
        return .init(offset: offset, end: nil)
    }

    /// The changes of the offset from the year before to two years after.
    private func changes(of daylight: Daylight, around year: Int) -> [(instant: Int64, offset: Int64)] {
        var changes: [(instant: Int64, offset: Int64, rank: Int)] = []
        for year in (year - 1)...(year + 2) {
            changes.append((daylight.end.seconds(in: year) - daylight.offset, standardOffset, 0))
            changes.append((daylight.start.seconds(in: year) - standardOffset, daylight.offset, 1))
        }
        changes.sort { ($0.instant, $0.rank) < ($1.instant, $1.rank) }
        return changes.map { ($0.instant, $0.offset) }
    }
}

// MARK: Reading

extension PosixTimeZone {
    /// Reads the text; `nil` when it is not of the form that RFC 9636 demands.
    init?(_ text: some StringProtocol) {
        var reader = Reader(rest: text.utf8[...].map(\.self)[...])
        guard reader.abbreviation(), let standard = reader.offset() else { return nil }
        guard !reader.rest.isEmpty else {
            self.init(standardOffset: -standard, daylight: nil)
            return
        }
        guard reader.abbreviation() else { return nil }
        var daylightOffset = -standard + 3600
        if let first = reader.rest.first, first != UInt8(ascii: ",") {
            guard let offset = reader.offset() else { return nil }
            daylightOffset = -offset
        }
        guard reader.take(","), let start = reader.change(), reader.take(","), let end = reader.change(),
            reader.rest.isEmpty
        else { return nil }
        self.init(standardOffset: -standard, daylight: Daylight(offset: daylightOffset, start: start, end: end))
    }

    private struct Reader {
        var rest: ArraySlice<UInt8>

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: character) else { return false }
            rest.removeFirst()
            return true
        }

        /// Letters, or letters, digits and signs between `<` and `>`; three at least.
        mutating func abbreviation() -> Bool {
            if take("<") {
                guard let end = rest.firstIndex(of: UInt8(ascii: ">")), end - rest.startIndex >= 3 else { return false }
                rest = rest[(end + 1)...]
                return true
            }
            let letters = rest.prefix { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) }
            rest = rest.dropFirst(letters.count)
            return letters.count >= 3
        }

        mutating func number(upTo limit: Int) -> Int? {
            let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard (1...3).contains(digits.count) else { return nil }
            rest = rest.dropFirst(digits.count)
            let value = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
            return value <= limit ? value : nil
        }

        /// `[+-]hh[:mm[:ss]]` in seconds, up to 167 hours.
        mutating func offset() -> Int64? {
            let sign: Int64 = take("-") ? -1 : 1
            if sign == 1 { _ = take("+") }
            guard let hours = number(upTo: 167) else { return nil }
            var seconds = hours * 3600
            for unit in [60, 1] {
                guard take(":") else { break }
                guard let part = number(upTo: 59) else { return nil }
                seconds += part * unit
            }
            return sign * Int64(seconds)
        }

        mutating func change() -> Change? {
            let day: Change.Day
            if take("M") {
                guard let month = number(upTo: 12), month >= 1, take("."), let week = number(upTo: 5), week >= 1,
                    take("."), let weekday = number(upTo: 6)
                else { return nil }
                day = .weekday(month: month, week: week, day: weekday)
            } else if take("J") {
                guard let number = number(upTo: 365), number >= 1 else { return nil }
                day = .julian(number)
            } else {
                guard let number = number(upTo: 365) else { return nil }
                day = .zeroBased(number)
            }
            guard take("/") else { return Change(day: day, time: 7200) }
            guard let time = offset() else { return nil }
            return Change(day: day, time: time)
        }
    }
}
