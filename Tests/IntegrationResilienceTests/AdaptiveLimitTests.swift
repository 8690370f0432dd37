import IntegrationCore
import IntegrationResilience
import Testing

@Suite("The adaptive limit") struct AdaptiveLimitTests {
    /// A system that works on `capacity` calls at once; more of them wait for each other.
    private static func latency(inFlight: Int, capacity: Int) -> Duration {
        .milliseconds(20) * max(1, Double(inFlight) / Double(capacity))
    }

    /// Keeps as many calls under way as the limit allows, for a number of rounds.
    private static func saturate(_ limit: inout AdaptiveLimit, capacity: Int, rounds: Int, from now: inout Duration) {
        for _ in 0..<rounds {
            let inFlight = limit.limit
            let latency = latency(inFlight: inFlight, capacity: capacity)
            now += latency
            for _ in 0..<inFlight { limit.record(latency: latency, inFlight: inFlight, hasFailed: false, at: now) }
        }
    }

    @Test(arguments: [8, 40, 150])
    func `it finds what a system can work on at once, and lets a short queue stand before it`(capacity: Int) {
        var limit = AdaptiveLimit(range: 1...1000, initial: 4)
        var now = Duration.zero
        var limits: [Int] = []
        // Ten minutes and more, with some times at which the latency without a queue is measured.
        for _ in 0..<30_000 {
            Self.saturate(&limit, capacity: capacity, rounds: 1, from: &now)
            if now > .seconds(10), limit.limit > 3 { limits.append(limit.limit) }
        }
        #expect(now > .seconds(600))
        let queue = 2 * Double(capacity).squareRoot()
        #expect((limits.min() ?? 0) >= capacity)
        #expect(Double(limits.max() ?? 0) <= 1.25 * Double(capacity) + queue)
    }

    @Test func `it falls when the system gets slower`() {
        var limit = AdaptiveLimit(range: 1...1000, initial: 4)
        var now = Duration.zero
        Self.saturate(&limit, capacity: 80, rounds: 500, from: &now)
        #expect(limit.limit >= 80)
        Self.saturate(&limit, capacity: 10, rounds: 40, from: &now)
        #expect(limit.limit < 30)
    }

    @Test func `few go on at once while the latency without a queue is measured, and then as many as before`() {
        var limit = AdaptiveLimit(range: 1...1000, initial: 20)
        #expect(limit.limit == 3)
        for call in 1...50 {
            limit.record(latency: .milliseconds(5), inFlight: 3, hasFailed: false, at: .milliseconds(call))
        }
        #expect(limit.limit == 20)
    }

    @Test func `it does not grow while nobody makes use of it`() {
        var limit = AdaptiveLimit(range: 1...1000, initial: 20)
        var now = Duration.zero
        for _ in 0..<5_000 {
            now += .milliseconds(10)
            limit.record(latency: .milliseconds(5), inFlight: 2, hasFailed: false, at: now)
        }
        #expect(limit.limit == 20)
    }

    @Test func `calls that failed for lack of capacity cut it by a tenth a window`() {
        var limit = AdaptiveLimit(range: 1...1000, initial: 100)
        for call in 1...61 {
            limit.record(
                latency: .milliseconds(5), inFlight: 3, hasFailed: call == 55, at: .milliseconds(10 * call))
        }
        #expect(limit.limit == 90)
    }

    @Test(arguments: 1...100 as ClosedRange<UInt64>)
    func `whatever happens, it stays within its range`(seed: UInt64) {
        var random = RandomSource(seed: seed)
        let least = Int.random(in: 1...20, using: &random)
        let range = least...(least + Int.random(in: 0...100, using: &random))
        var limit = AdaptiveLimit(range: range, initial: Int.random(in: 1...200, using: &random))
        var now = Duration.zero
        for _ in 0..<2000 {
            now += .milliseconds(Int.random(in: 0...50, using: &random))
            limit.record(
                latency: .microseconds(Int.random(in: 0...1_000_000, using: &random)),
                inFlight: Int.random(in: 0...200, using: &random),
                hasFailed: Int.random(in: 0..<10, using: &random) == 0, at: now)
            #expect(range.contains(limit.limit))
        }
    }
}
