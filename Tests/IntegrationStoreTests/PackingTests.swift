import IntegrationCore
import Testing

@testable import IntegrationStore

@Suite struct PackingTests {
    @Test func `ranges and resume points are read as they were written, at their limits too`() {
        let sets: [IntervalSet] = [
            IntervalSet(), IntervalSet([0..<1]), IntervalSet([5..<300, 301..<1 << 40, 1 << 63 ..< .max]),
        ]
        for set in sets { #expect(Packing.pack(set).withUnsafeBytes(Packing.intervals) == set) }
        let points = [
            ResumePoint(destination: "", body: []), ResumePoint(destination: "Straße", body: nil),
            ResumePoint(destination: "b", body: [UInt8](repeating: 7, count: 70_000)),
        ]
        #expect(Packing.pack([]) == nil)
        #expect(Packing.pack(points)?.withUnsafeBytes(Packing.resumePoints) == points)
    }

    @Test func `bytes that nobody wrote are refused or read as something, and never more than they hold`() {
        var random = RandomSource(seed: 3)
        var refused = 0
        for _ in 0..<200_000 {
            let bytes = (0..<Int.random(in: 0...24, using: &random)).map { _ in
                Bool.random(using: &random)
                    ? UInt8.random(in: 0...255, using: &random) : UInt8.random(in: 0...3, using: &random)
            }
            let set = bytes.withUnsafeBytes(Packing.intervals)
            let points = bytes.withUnsafeBytes(Packing.resumePoints)
            if set == nil { refused += 1 }
            if points == nil { refused += 1 }
            #expect(set?.ranges.count ?? 0 <= bytes.count)
            #expect(points?.reduce(0) { $0 + ($1.body?.count ?? 0) } ?? 0 <= bytes.count)
        }
        #expect(refused > 1000)
    }

    @Test func `what is cut off is refused`() throws {
        let whole = try #require(Packing.pack([ResumePoint(destination: "name", body: Array("bytes".utf8))]))
        for length in 1..<whole.count {
            #expect(whole.prefix(length).withUnsafeBytes(Packing.resumePoints) == nil, "\(length)")
        }
    }
}
