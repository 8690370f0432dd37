internal import FuzzerSupport
internal import IntegrationCore

@testable internal import GenerateConnector
@testable internal import IntegrationServices
@testable internal import IntegrationStore

/// What comes from other machines, or from the disk: the first byte says what it is.
enum WireFuzzer: Fuzzer {
    static let name = "wire"

    static func check(_ input: [UInt8]) {
        guard let first = input.first else { return }
        let bytes = Array(input.dropFirst())
        withinTime {
            switch first {
            case UInt8(ascii: "d"): checkNames(bytes)
            case UInt8(ascii: "e"): checkEndpoints(bytes)
            case UInt8(ascii: "r"): checkResolver(bytes)
            case UInt8(ascii: "p"): checkPacking(bytes)
            case UInt8(ascii: "z"): checkZone(bytes)
            default: return
            }
        }
    }

    /// An answer of a name server to a question for `a.example`.
    private static func checkNames(_ bytes: [UInt8]) {
        for kind in [DNSKind.a, .aaaa, .service] {
            guard let question = try? DNSMessage(id: 0x4142, name: "a.example", kind: kind) else {
                return require(false, "the question is none")
            }
            guard let answer = question.answer(bytes) else { continue }
            require(answer.records.count <= DNSMessage.mostRecords, "too many records")
            for record in answer.records {
                require(record.name.utf8.count < DNSName.longest, "a name is too long")
                require(record.ttl >= .zero, "a lifetime is negative")
            }
        }
    }

    private static func checkEndpoints(_ bytes: [UInt8]) {
        do throws(IntegrationError) {
            let endpoints = try EndpointList.parse(bytes, from: "fuzzed")
            require(!endpoints.isEmpty && endpoints.count <= EndpointList.most, "\(endpoints.count) endpoints")
            require(Set(endpoints.map(\.name)).count == endpoints.count, "two endpoints of one name")
            for endpoint in endpoints { require((0...EndpointList.heaviest).contains(endpoint.weight), "its weight") }
        } catch {
            require(error.message.contains("fuzzed"), "the place is not said: \(error.message)")
        }
    }

    private static func checkResolver(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return }
        let configuration = ResolverConfiguration(parsing: text)
        require((1...3).contains(configuration.servers.count), "\(configuration.servers.count) servers")
        require(!configuration.candidates("a.example").isEmpty, "nothing to ask for")
        if let question = try? DNSMessage(id: 1, name: text, kind: .a) {
            require(question.query.count <= 12 + DNSName.longest + 4 + 11, "a query of \(question.query.count) bytes")
        }
    }

    private static func checkPacking(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { raw in
            if let points = Packing.resumePoints(raw), let packed = Packing.pack(points) {
                packed.withUnsafeBytes { require(Packing.resumePoints($0) == points, "points are packed anew") }
            }
            if let set = Packing.intervals(raw) {
                Packing.pack(set).withUnsafeBytes { require(Packing.intervals($0) == set, "ranges are packed anew") }
                for range in set.ranges { require(set.contains(range.lowerBound), "a range without its start") }
            }
        }
    }

    private static func checkZone(_ bytes: [UInt8]) {
        guard let rules = try? TimeZoneFile.rules(bytes, name: "fuzzed") else { return }
        for instant: Int64 in [-4_000_000_000, 0, 1_790_000_000, 32_503_680_000] {
            let stretch = rules.stretch(at: instant)
            require(stretch.end.map { $0 > instant } ?? true, "a stretch ends before it begins")
        }
        guard let cron = try? CronExpression("30 2 * * 0", zone: rules) else { return require(false, "no schedule") }
        let time = WallTime(seconds: 1_790_000_000)
        if let next = cron.next(after: time) { require(next > time, "\(next) is not after \(time)") }
    }
}
