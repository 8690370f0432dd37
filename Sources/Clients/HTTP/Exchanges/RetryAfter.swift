/// When a server wants to be asked again (RFC 9110, 10.2.3).
public enum RetryAfter {
    /// How long to wait: the header's value is a number of seconds or a date; nil for anything else. A date that has
    /// passed means no wait.
    ///
    /// - Parameter now: since 1970-01-01T00:00:00Z.
    public static func wait(_ value: String, now: Duration) -> Duration? {
        let text = value.split(separator: " ").joined(separator: " ")
        if !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
            return .seconds(min(Int64(text) ?? .max, 10 * 365 * 86_400))
        }
        guard let date = date(text) else { return nil }
        return max(.zero, .seconds(date) - now)
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Reads one of the three forms of an HTTP date (RFC 9110, 5.6.7): seconds since 1970.
    static func date(_ text: String) -> Int? {
        let words = text.split(separator: " ").map(String.init)
        if words.count == 6, words[5] == "GMT" {  // Sun, 06 Nov 1994 08:49:37 GMT
            return date(words[3], words[2], words[1], words[4])
        }
        if words.count == 4, words[3] == "GMT" {  // Sunday, 06-Nov-94 08:49:37 GMT
            let parts = words[1].split(separator: "-").map(String.init)
            guard parts.count == 3, parts[2].utf8.count == 2, let short = Int(parts[2]) else { return nil }
            return date("\(short < 70 ? 2000 + short : 1900 + short)", parts[1], parts[0], words[2])
        }
        guard words.count == 5 else { return nil }  // Sun Nov  6 08:49:37 1994
        return date(words[4], words[1], words[2], words[3])
    }

    private static func date(_ year: String, _ month: String, _ day: String, _ time: String) -> Int? {
        let clock = time.split(separator: ":", omittingEmptySubsequences: false).map {
            number(String($0), digits: 2...2)
        }
        guard let year = number(year, digits: 4...4), let month = months.firstIndex(of: month),
            let day = number(day, digits: 1...2), clock.count == 3, let hour = clock[0], let minute = clock[1],
            let second = clock[2], hour < 24, minute < 60, second <= 60
        else { return nil }
        let whole = hour * 3600 + minute * 60 + min(second, 59)
        return CivilDate(year: year, month: month + 1, day: day, second: whole)?.time
    }

    private static func number(_ text: String, digits: ClosedRange<Int>) -> Int? {
        guard digits.contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        return Int(text)
    }
}
