import Testing

@testable import HTTPTransport

@Suite("Retry-After")
struct RetryAfterTests {
    /// Sun, 06 Nov 1994 08:49:37 GMT.
    private let then = Duration.seconds(784_111_777)

    @Test(
        "Seconds, and the three forms of a date",
        arguments: [
            ("120", 120), ("0", 0), (" 7 ", 7), ("99999999999999999999", 315_360_000),
            ("Sun, 06 Nov 1994 08:50:37 GMT", 60), ("Sunday, 06-Nov-94 08:50:37 GMT", 60),
            ("Sun Nov  6 08:50:37 1994", 60),
            ("Sun, 06 Nov 1994 08:00:00 GMT", 0), ("Tue, 29 Feb 2000 00:00:00 GMT", 167_670_623),
        ])
    func waits(_ value: String, _ seconds: Int) {
        #expect(RetryAfter.wait(value, now: then) == .seconds(seconds))
    }

    @Test(
        "Anything else says nothing",
        arguments: [
            "", "-1", "1.5", "soon", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 31 Feb 1994 08:49:37 GMT",
            "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT", "１２",
            "Tue, 29 Feb 1900 00:00:00 GMT",
        ])
    func nothing(_ value: String) {
        #expect(RetryAfter.wait(value, now: then) == nil)
    }

    @Test("Dates and seconds since 1970 are the same thing, day by day for 800 years")
    func calendar() {
        var date = CivilDate(-6_857_222_400)
        #expect(date.dayText == "1752-09-14")
        for day in 0..<292_000 {
            let time = -6_857_222_400 + day * 86_400
            let next = CivilDate(time)
            guard next.time == time, next.second == 0 else { return #expect(next.time == time) }
            let follows =
                next.day == date.day + 1 || (next.day == 1 && (next.month == date.month + 1 || next.month == 1))
            guard day == 0 || follows else { return #expect(next == date, "after \(date.dayText)") }
            date = next
        }
        #expect(date.dayText == "2552-03-03")
    }
}
