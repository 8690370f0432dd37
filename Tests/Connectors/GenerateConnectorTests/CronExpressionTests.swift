internal import Testing

@testable internal import GenerateConnector

@Suite("Cron expressions")
struct CronExpressionTests {
    @Test("The next match equals a search through every second", arguments: 0..<100)
    func bruteForce(seed: Int) throws {
        var random = SplitMix(state: UInt64(seed))
        let zones = ["America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Europe/Dublin", "Asia/Kathmandu"]
        let zone = try TimeZoneLibrary.system.rules(named: zones[seed % zones.count])
        let text = CronField.allCases.map { Self.field($0, &random) }.joined(separator: " ")
        let expression = try CronExpression(text, zone: zone)
        // Half an hour before a clock change, or anywhere.
        let anywhere = Int64.random(in: 0..<4_000_000_000, using: &random)
        let start = seed.isMultiple(of: 3) ? anywhere : (zone.stretch(at: anywhere).end ?? anywhere) - 1800

        let found = expression.next(after: WallTime(seconds: start))?.wholeSeconds
        let span: Int64 = 3 * 3600
        let searched = (start + 1...start + span).first { Self.matches(expression, at: $0) }
        if let searched {
            #expect(found == searched, "\(text) in \(zone.name) after \(start)")
        } else {
            #expect(found.map { $0 > start + span } ?? true, "\(text) in \(zone.name) after \(start)")
        }
        if let found { #expect(Self.matches(expression, at: found)) }
    }

    /// The definition, field by field.
    private static func matches(_ expression: CronExpression, at instant: Int64) -> Bool {
        let civil = CivilTime(seconds: instant + expression.zone.stretch(at: instant).offset)
        guard expression.seconds.contains(civil.second), expression.minutes.contains(civil.minute),
            expression.hours.contains(civil.hour), expression.months.contains(civil.date.month)
        else { return false }
        let day = expression.daysOfMonth.contains(civil.date.day)
        let weekday = expression.daysOfWeek.contains(civil.date.dayOfWeek)
        if expression.daysOfMonth.isAny || expression.daysOfWeek.isAny { return day && weekday }
        return day || weekday
    }

    private static func field(_ field: CronField, _ random: inout SplitMix) -> String {
        let low = Int.random(in: field.values, using: &random)
        let high = Int.random(in: low...field.values.upperBound, using: &random)
        let step = Int.random(in: 1...5, using: &random)
        // Most of the time any hour and day, so that most searches find something.
        if ![.second, .minute].contains(field), Int.random(in: 0..<4, using: &random) > 0 { return "*" }
        let forms = [
            "*", "*", "\(low)", "\(low)-\(high)", "\(low)-\(high)/\(step)", "\(low)/\(step)", "\(low),\(high)",
        ]
        return forms[Int.random(in: 0..<forms.count, using: &random)]
    }

    @Test(
        "Fields mean sets of values",
        arguments: [
            ("0 0 * * 7", "0 0 * * 0"), ("0 0 * * 5-7", "0 0 * * fri,sat,SUN"), ("0 0 * * mon/2", "0 0 * * 1,3,5"),
            ("@YEARLY", "0 0 1 Jan ?"), ("0\t0  * * *", "@midnight"), ("*/20 * * * *", "0 0,20,40 * * * *"),
        ])
    func equalForms(_ left: String, _ right: String) throws {
        let (one, other) = (try CronExpression(left), try CronExpression(right))
        #expect(one.seconds == other.seconds)
        #expect(one.minutes == other.minutes)
        #expect(one.hours == other.hours)
        #expect(one.daysOfMonth == other.daysOfMonth)
        #expect(one.months == other.months)
        #expect(one.daysOfWeek == other.daysOfWeek)
    }

    @Test("The 29th of February is found across a century that is no leap year")
    func leapDay() throws {
        let expression = try CronExpression("0 12 29 2 *")
        let year2097 = CivilTime(date: CivilDate(year: 2097, month: 1, day: 1), hour: 0, minute: 0, second: 0)
        let year2104 = CivilTime(date: CivilDate(year: 2104, month: 2, day: 29), hour: 12, minute: 0, second: 0)
        #expect(expression.next(after: WallTime(seconds: year2097.seconds))?.wholeSeconds == year2104.seconds)
    }

    @Test("Parts of a second count: a match at the same second is past")
    func fractions() throws {
        let expression = try CronExpression("* * * * * *")
        #expect(expression.next(after: WallTime(sinceEpoch: .milliseconds(1500))) == WallTime(seconds: 2))
        #expect(expression.next(after: WallTime(sinceEpoch: .milliseconds(-1500))) == WallTime(seconds: -1))
        #expect(expression.next(after: WallTime(seconds: 2)) == WallTime(seconds: 3))
    }

    @Test(
        "An error names the column, what is wrong and what is allowed",
        arguments: [
            ("60 0 * * *", 1, "the minute 60 is out of range", "0-59"),
            ("0 0 * * XYZ", 9, "the day of week `XYZ` is no value", "SUN-SAT"),
            ("0 0 0 * *", 5, "the day of month 0 is out of range", "1-31"),
            ("0 0 * *", 8, "has 5 or 6 fields, this one has 4", "@hourly"),
            ("0 0 0 * * * 2030", 13, "this one has 7", "[second] minute"),
            ("*/0 * * * *", 3, "the minute step `0` is out of range", "/1 to /59"),
            ("*/90 * * * *", 3, "the minute step `90` is out of range", "/1 to /59"),
            ("0 22-2 * * *", 3, "ends before it begins", "22-23,0-2"),
            ("1,,2 * * * *", 3, "empty entry", "0-59"),
            ("1- * * * *", 3, "is missing a value", "0-59"),
            ("1/2/3 * * * *", 1, "more than one step", "one `/n`"),
            ("1-2-3 * * * *", 1, "is no range", "a-b"),
            ("@often", 1, "unknown schedule `@often`", "@hourly"),
            ("@every 5s", 8, "nothing may follow @every", "alone"),
            ("@daily *", 8, "nothing may follow @daily", "alone"),
            ("TZ=Mars/Base 0 0 * * *", 4, "no time zone `Mars/Base`", "Europe/Lisbon"),
            ("TZ=../passwd 0 0 * * *", 4, "is no name of a time zone", "Europe/Lisbon"),
            ("é 0 * * *", 1, "`é` is no value", "0-59"),
            ("0 é 61 * *", 3, "`é` is no value", "0-23"),
            ("", 1, "this one has 0", "minute hour"),
        ] as [(String, Int, String, String)])
    func errors(_ text: String, column: Int, message: String, allowed: String) throws {
        let error = try #require(throws: ScheduleError.self) { try CronExpression(text) }
        #expect(error.column == column)
        #expect(error.message.contains(message), "\(error.message)")
        #expect(error.allowed.contains(allowed), "\(error.allowed)")
    }

    @Test("An error shows the text with its wrong part marked")
    func marked() throws {
        let error = try #require(throws: ScheduleError.self) { try CronExpression("0 0 * JANUARY *") }
        #expect(
            error.description == """
                the month `JANUARY` is no value
                0 0 * JANUARY *
                      ^^^^^^^ allowed: 1-12 or JAN-DEC, `*`, a range `a-b`, a step `/n`, a list `a,b`
                """)
    }
}

/// SplitMix64: the same numbers for the same seed on every machine.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
