/// Times as people and logs write them.
public enum Timestamp {
    /// A wall time since 1970 as RFC 3339 in UTC with milliseconds, such as `2026-11-23T15:06:49.123Z`.
    public static func text(_ wallTime: Duration) -> String {
        let (seconds, attoseconds) = wallTime.components
        let milliseconds = attoseconds / 1_000_000_000_000_000
        // Days to a civil date: Howard Hinnant, "chrono-compatible low-level date algorithms".
        let days = Int(seconds / 86_400)
        let rest = Int(seconds % 86_400)
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        func pad(_ value: Int, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        return "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))T\(pad(rest / 3600, 2)):\(pad(rest / 60 % 60, 2)):"
            + "\(pad(rest % 60, 2)).\(pad(Int(milliseconds), 3))Z"
    }
}
