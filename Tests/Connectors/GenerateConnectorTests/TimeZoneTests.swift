internal import Foundation
internal import Testing

@testable internal import GenerateConnector

@Suite("Time zones")
struct TimeZoneTests {
    /// Half-hour and negative daylight saving, both hemispheres, a day left out, quarter hours.
    static let zones = [
        "America/New_York", "America/Sao_Paulo", "Europe/Lisbon", "Europe/Dublin", "Australia/Lord_Howe",
        "Pacific/Auckland", "Pacific/Apia", "Asia/Kathmandu", "Asia/Tokyo", "America/St_Johns",
    ]

    @Test("Offsets are those of ICU, around each change and between, from 1970 to 2060", arguments: zones)
    func likeFoundation(_ name: String) throws {
        let rules = try TimeZoneLibrary.system.rules(named: name)
        let reference = try #require(TimeZone(identifier: name))
        let last = Int64(2_840_000_000)
        var instant: Int64 = 0
        var stretches = 0
        while instant < last {
            let stretch = rules.stretch(at: instant)
            let end = min(stretch.end ?? last, last)
            try #require(end > instant)
            stretches += 1
            for probe in [instant, instant + 1, (instant + end) / 2, end - 1] {
                let expected = reference.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(probe)))
                #expect(stretch.offset == Int64(expected), "\(name) at \(probe)")
                #expect(rules.stretch(at: probe).offset == stretch.offset)
            }
            instant = end
        }
        #expect(stretches >= 1)
    }

    @Test("Every zone of the system can be read")
    func all() throws {
        let folder = TimeZoneLibrary.system.folder
        var count = 0
        for case let path as String in try #require(FileManager.default.enumerator(atPath: folder)) {
            guard path.first?.isUppercase == true, !path.contains("."),
                let handle = FileHandle(forReadingAtPath: "\(folder)/\(path)"),
                (try? handle.read(upToCount: 4)) == Data("TZif".utf8)
            else { continue }
            #expect(throws: Never.self) { try TimeZoneLibrary.system.rules(named: path) }
            count += 1
        }
        #expect(count > 300)
    }

    @Test("A file cut anywhere is refused, a file with a changed byte never crashes")
    func damage() throws {
        let path = "\(TimeZoneLibrary.system.folder)/Europe/Lisbon"
        let bytes = Array(try #require(FileManager.default.contents(atPath: path)))
        _ = try TimeZoneFile.rules(bytes, name: "Lisbon")
        for count in 0..<bytes.count {
            #expect(throws: TimeZoneError.self) { try TimeZoneFile.rules(Array(bytes.prefix(count)), name: "cut") }
        }
        var random = SplitMix(state: 7)
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= UInt8.random(in: 1...255, using: &random)
            guard let rules = try? TimeZoneFile.rules(changed, name: "changed") else { continue }
            let stretch = rules.stretch(at: 1_700_000_000)
            #expect(stretch.end.map { $0 > 1_700_000_000 } ?? true)
        }
    }

    @Test("A first version file has no footer: the last offset stays")
    func firstVersion() throws {
        var bytes = Array("TZif".utf8) + [UInt8](repeating: 0, count: 16)
        for count: UInt8 in [0, 0, 0, 2, 2, 8] { bytes += [0, 0, 0, count] }
        bytes += [0x80, 0, 0, 0] + [0, 0, 0, 100] + [0, 1]
        bytes += [0, 0, 0x0E, 0x10, 0, 0] + [0xFF, 0xFF, 0xF1, 0xF0, 1, 4] + Array("AAA\0BBB\0".utf8)
        let rules = try TimeZoneFile.rules(bytes, name: "made")
        #expect(rules.stretch(at: -3_000_000_000) == .init(offset: 3600, end: -2_147_483_648))
        #expect(rules.stretch(at: 99) == .init(offset: 3600, end: 100))
        #expect(rules.stretch(at: 100) == .init(offset: -3600, end: nil))
    }

    @Test("Leap seconds, a foreign file and a name outside of the folder are refused")
    func refusals() throws {
        var leap = Array("TZif".utf8) + [UInt8](repeating: 0, count: 16)
        for count: UInt8 in [0, 0, 1, 0, 1, 4] { leap += [0, 0, 0, count] }
        #expect(throws: TimeZoneError.self) { try TimeZoneFile.rules(leap, name: "leap") }
        #expect(throws: TimeZoneError.self) { try TimeZoneFile.rules(Array("#!/bin/sh".utf8), name: "script") }
        for name in ["", "/etc/passwd", "../passwd", "Europe/../Europe/Lisbon", "Europe//Lisbon", "Europe", "a\0b"] {
            #expect(throws: TimeZoneError.self, "\(name)") { try TimeZoneLibrary.system.rules(named: name) }
        }
        let empty = TimeZoneLibrary(folder: "/nonexistent")
        #expect(throws: TimeZoneError.self) { try empty.rules(named: "Europe/Lisbon") }
        #expect(try empty.rules(named: "UTC").stretch(at: 0).offset == 0)
    }
}

@Suite("POSIX TZ strings")
struct PosixTimeZoneTests {
    /// Seconds since the epoch of a UTC time.
    private func utc(_ year: Int, _ month: Int, _ day: Int, _ hour: Int = 0) -> Int64 {
        CivilTime(date: CivilDate(year: year, month: month, day: day), hour: hour, minute: 0, second: 0).seconds
    }

    @Test("Weekday rules in the north")
    func north() throws {
        let zone = try #require(PosixTimeZone("EST5EDT,M3.2.0,M11.1.0"))
        #expect(zone.stretch(at: utc(2040, 1, 1)) == .init(offset: -18_000, end: utc(2040, 3, 11, 7)))
        #expect(zone.stretch(at: utc(2040, 3, 11, 7)) == .init(offset: -14_400, end: utc(2040, 11, 4, 6)))
    }

    @Test("Daylight saving over the new year in the south, the last Sunday, explicit times")
    func south() throws {
        let zone = try #require(PosixTimeZone("<-04>4<-03>,M9.1.6/24,M4.1.6/24"))
        #expect(zone.stretch(at: utc(2040, 1, 1)) == .init(offset: -10_800, end: utc(2040, 4, 8, 3)))
        let last = try #require(PosixTimeZone("CET-1CEST,M3.5.0,M10.5.0/3"))
        #expect(last.stretch(at: utc(2041, 7, 1)).end == utc(2041, 10, 27, 1))
    }

    @Test("Negative daylight saving: the named standard is the summer's")
    func negative() throws {
        let zone = try #require(PosixTimeZone("IST-1GMT0,M10.5.0,M3.5.0/1"))
        #expect(zone.stretch(at: utc(2040, 7, 1)).offset == 3600)
        #expect(zone.stretch(at: utc(2040, 1, 1)).offset == 0)
    }

    @Test("Days by number, with and without the leap day")
    func numbered() throws {
        let julian = try #require(PosixTimeZone("AAA0BBB,J60/0,J300/0"))
        #expect(julian.stretch(at: utc(2040, 1, 1)).end == utc(2040, 3, 1))
        #expect(julian.stretch(at: utc(2041, 1, 1)).end == utc(2041, 3, 1))
        let zeroBased = try #require(PosixTimeZone("AAA0BBB,59/0,300/0"))
        #expect(zeroBased.stretch(at: utc(2040, 1, 1)).end == utc(2040, 2, 29))
        #expect(zeroBased.stretch(at: utc(2041, 1, 1)).end == utc(2041, 3, 1))
    }

    @Test("Daylight saving all year has one offset (RFC 9636, 3.3.2)")
    func allYear() throws {
        let zone = try #require(PosixTimeZone("XXX3EDT4,0/0,J365/23"))
        for month in 1...12 { #expect(zone.stretch(at: utc(2040, month, 1)).offset == -14_400) }
        #expect(zone.stretch(at: utc(2041, 1, 1)).offset == -14_400)
    }

    @Test("No daylight saving, odd offsets")
    func fixed() {
        #expect(PosixTimeZone("<+0545>-5:45")?.stretch(at: 0) == .init(offset: 20_700, end: nil))
        #expect(PosixTimeZone("LMT0:36:45")?.stretch(at: 0) == .init(offset: -2205, end: nil))
    }

    @Test(
        "Malformed strings are refused",
        arguments: [
            "", "E5", "EST", "EST5EDT", "EST5EDT,M3.2.0", "EST5EDT,M13.1.0,M11.1.0", "EST5EDT,M3.6.0,M11.1.0",
            "EST5EDT,M3.2.7,M11.1.0", "EST5EDT,J0,J1", "EST5EDT,366,1", "EST168", "EST5:60", "EST5EDT,M3.2.0,M11.1.0x",
            "<+3>-3", "<AAA-3", "EST5EDT,M3.2.0/,M11.1.0", "EST-",
        ])
    func malformed(_ text: String) {
        #expect(PosixTimeZone(text) == nil)
    }
}
