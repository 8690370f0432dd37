internal import FuzzerSupport

/// `Retry-After`: seconds and the three forms of dates.
enum RetryFuzzer: Fuzzer {
    static let name = "retries"
    private static let now = Duration.seconds(1_790_000_000)
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    static func check(_ input: [UInt8]) {
        guard let text = String(validating: input, as: UTF8.self) else { return }
        withinTime {
            if let wait = RetryAfter.wait(text, now: now) {
                require(wait >= .zero, "a wait of \(wait)")
                require(RetryAfter.wait("  " + text + " ", now: now) == wait, "blanks around it matter")
            }
            guard let time = RetryAfter.date(text) else { return }
            let date = CivilDate(time)
            require(date.time == time, "\(date) is another time")
            for form in forms(date) {
                require(RetryAfter.date(form) == time, "\(form) is \(RetryAfter.date(form).map { "\($0)" } ?? "none")")
            }
        }
    }

    private static func forms(_ date: CivilDate) -> [String] {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let clock = "\(two(date.second / 3600)):\(two(date.second / 60 % 60)):\(two(date.second % 60))"
        let day = days[((date.time - date.second) / 86_400 % 7 + 7) % 7]
        let year = String(repeating: "0", count: 4 - "\(date.year)".utf8.count) + "\(date.year)"
        let month = months[date.month - 1]
        let forms = [
            "\(day), \(two(date.day)) \(month) \(year) \(clock) GMT",
            "\(day) \(month) \(date.day < 10 ? " " : "")\(date.day) \(clock) \(year)",
        ]
        guard (1970..<2070).contains(date.year) else { return forms }
        return forms + ["\(day)day, \(two(date.day))-\(month)-\(two(date.year % 100)) \(clock) GMT"]
    }
}
