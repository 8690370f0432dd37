internal import Foundation
internal import TestSupport
internal import Testing

@testable internal import GenerateConnector

/// robfig/cron's own tables (MIT).
@Suite("Cron: robfig's vectors", .enabled(if: Suites.have("cron"), "\(Suites.absence("cron"))"))
struct CronVectorTests {
    @Test("An expression fires at a time or does not", arguments: CronVectors.read().activations)
    func activation(_ vector: CronVectors.Activation) throws {
        let time = try VectorTime(vector.time)
        let expression = try CronExpression(vector.spec, zone: time.zone)
        let next = expression.next(after: WallTime(seconds: time.seconds - 1))
        #expect((next == WallTime(seconds: time.seconds)) == vector.fires)
    }

    @Test("The next time of six fields, with zones and clock changes", arguments: CronVectors.read().nextOfSix)
    func nextOfSix(_ vector: CronVectors.Next) throws { try check(vector) }

    @Test("The next time of five fields", arguments: CronVectors.read().nextOfFive)
    func nextOfFive(_ vector: CronVectors.Next) throws { try check(vector) }

    @Test("Bad expressions are refused", arguments: CronVectors.read().invalid)
    func invalid(_ text: String) {
        #expect(throws: ScheduleError.self) { try CronExpression(text) }
    }

    @Test("All vectors were read")
    func count() {
        let vectors = CronVectors.read()
        #expect(vectors.activations.count == 29)
        #expect(vectors.nextOfSix.count == 58)
        #expect(vectors.nextOfFive.count == 4)
        #expect(vectors.invalid.count == 4)
    }

    private func check(_ vector: CronVectors.Next) throws {
        let time = try VectorTime(vector.time)
        let expression = try CronExpression(vector.spec, zone: time.zone)
        let next = expression.next(after: WallTime(seconds: time.seconds))
        let expected = vector.next.isEmpty ? nil : WallTime(seconds: try VectorTime(vector.next).seconds)
        #expect(next == expected)
    }
}

/// The file `cron/robfig-vectors.json`.
struct CronVectors: Decodable {
    struct Activation: Decodable, CustomTestStringConvertible {
        var time: String, spec: String, fires: Bool
        var testDescription: String { "\(spec) at \(time)" }
    }
    struct Next: Decodable, CustomTestStringConvertible {
        var time: String, spec: String, next: String
        var testDescription: String { "\(spec) after \(time)" }
    }

    var activations: [Activation] = []
    var nextOfSix: [Next] = []
    var nextOfFive: [Next] = []
    var invalid: [String] = []

    enum CodingKeys: String, CodingKey {
        case activations = "activation_5_field"
        case nextOfSix = "next_6_field_seconds_first"
        case nextOfFive = "next_5_field"
        case invalid = "invalid_5_field"
    }

    /// The vectors; none where the suite is absent or unreadable, which `count` above does not let pass.
    static func read() -> CronVectors {
        guard let data = FileManager.default.contents(atPath: Suites.path("cron", "robfig-vectors.json")),
            let vectors = try? JSONDecoder().decode(CronVectors.self, from: data)
        else { return CronVectors() }
        return vectors
    }
}

/// `Mon Jul 9 15:00[:04] 2012` in UTC, or `[TZ=zone ]2012-11-04T00:00:00-0400`.
struct VectorTime {
    var seconds: Int64
    var zone: TimeZoneRules

    struct Unreadable: Error {
        var text: String
    }

    init(_ text: String) throws {
        let dated = /(?:TZ=(\S+) )?(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)([+-])(\d\d)(\d\d)/
        let worded = /\w+ (\w+) (\d+) (\d+):(\d+)(?::(\d+))? (\d+)/
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func number(_ text: Substring) -> Int { Int(text) ?? -1 }
        if let match = text.wholeMatch(of: dated) {
            let offset = (number(match.9) * 3600 + number(match.10) * 60) * (match.8 == "-" ? -1 : 1)
            let date = CivilDate(year: number(match.2), month: number(match.3), day: number(match.4))
            let civil = CivilTime(date: date, hour: number(match.5), minute: number(match.6), second: number(match.7))
            seconds = civil.seconds - Int64(offset)
            zone =
                try match.1.map { try TimeZoneLibrary.system.rules(named: String($0)) }
                ?? .fixed(secondsEastOfUTC: offset, name: "of the vector")
        } else if let match = text.wholeMatch(of: worded), let month = months.firstIndex(of: String(match.1)) {
            let date = CivilDate(year: number(match.6), month: month + 1, day: number(match.2))
            let second = match.5.map(number) ?? 0
            seconds = CivilTime(date: date, hour: number(match.3), minute: number(match.4), second: second).seconds
            zone = .utc
        } else {
            throw Unreadable(text: text)
        }
    }
}
