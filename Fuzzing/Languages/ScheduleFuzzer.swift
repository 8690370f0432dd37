internal import FuzzerSupport

@testable internal import GenerateConnector

/// Schedules: cron expressions, rules of time zones as text.
enum ScheduleFuzzer: Fuzzer {
    static let name = "schedule"

    static func check(_ input: [UInt8]) {
        guard let text = String(validating: input, as: UTF8.self) else { return }
        withinTime {
            checkCron(text, .utc)
            guard let zone = PosixTimeZone(text) else { return }
            let rules = TimeZoneRules(name: "fuzzed", transitions: [], offsets: [], initialOffset: 0, footer: zone)
            for instant: Int64 in [0, 951_782_400, 1_790_000_000, 32_503_680_000] {
                checkStretches(rules, from: instant)
            }
            checkCron("30 2 * * *", rules)
        }
    }

    private static func checkCron(_ text: String, _ zone: TimeZoneRules) {
        let cron: CronExpression
        do {
            cron = try CronExpression(text, zone: zone)
        } catch {
            require(error.range.lowerBound >= 0 && error.range.upperBound <= text.utf8.count, "the place is outside")
            return require(!error.description.isEmpty && error.column >= 1, "nothing is said")
        }
        var time = WallTime(seconds: 1_790_000_000)
        for _ in 0..<5 {
            guard let next = cron.next(after: time) else { return }
            require(next > time, "\(next) is not after \(time)")
            let again = cron.next(after: WallTime(seconds: next.wholeSeconds - 1))
            require(again == next, "one second before \(next) comes \(again.map { "\($0)" } ?? "nothing")")
            time = next
        }
    }

    private static func checkStretches(_ rules: TimeZoneRules, from start: Int64) {
        var instant = start
        for _ in 0..<20 {
            guard let end = rules.stretch(at: instant).end else { return }
            require(end > instant, "a stretch ends before it begins")
            instant = end
        }
    }
}
