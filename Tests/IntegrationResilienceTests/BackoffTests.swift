import IntegrationCore
import IntegrationResilience
import Testing

@Suite("Backoff") struct BackoffTests {
    @Test func `exponential waits double up to the maximum`() {
        let backoff = Backoff(initial: .seconds(1), maximum: .seconds(60), jitter: .none)
        let waits = (1...9).map { backoff.base(after: $0) }
        #expect(waits == [1, 2, 4, 8, 16, 32, 60, 60, 60].map { Duration.seconds($0) })
    }

    @Test func `linear waits grow by the step up to the maximum`() {
        let backoff = Backoff(
            initial: .seconds(1), maximum: .seconds(8), growth: .linear(step: .seconds(3)), jitter: .none)
        #expect((1...5).map { backoff.base(after: $0) } == [1, 4, 7, 8, 8].map { Duration.seconds($0) })
    }

    @Test func `no wait is ever negative or longer than the maximum`() {
        var random = RandomSource(seed: 1)
        for _ in 0..<5000 {
            let maximum = Duration.milliseconds(Int.random(in: 0...100_000, using: &random))
            let growths: [Backoff.Growth] = [
                .exponential(multiplier: .random(in: 1...1000, using: &random)),
                .linear(step: .milliseconds(Int.random(in: 0...100_000, using: &random))),
            ]
            let jitters: [Backoff.Jitter] = [.full, .none, .ratio(.random(in: -1...2, using: &random))]
            let backoff = Backoff(
                initial: .milliseconds(Int.random(in: 0...100_000, using: &random)), maximum: maximum,
                growth: growths.randomElement(using: &random) ?? growths[0],
                jitter: jitters.randomElement(using: &random) ?? .none)
            let failures = Int.random(in: 1...100_000, using: &random)
            let wait = backoff.wait(after: failures, using: &random)
            #expect(wait >= .zero && wait <= maximum, "\(backoff) after \(failures): \(wait)")
            #expect(backoff.base(after: failures) <= backoff.base(after: failures + 1))
        }
    }

    @Test(arguments: [0.0, 0.2, 0.5, 1.0])
    func `a jitter ratio leaves at least its rest of the wait`(_ ratio: Double) {
        let backoff = Backoff(initial: .seconds(10), maximum: .seconds(10), jitter: .ratio(ratio))
        var random = RandomSource(seed: 2)
        let waits = (0..<2000).map { _ in backoff.wait(after: 1, using: &random).seconds }
        #expect(waits.allSatisfy { $0 >= 10 * (1 - ratio) - 1e-9 && $0 <= 10 })
        let mean = waits.reduce(0, +) / 2000
        #expect(abs(mean - 10 * (1 - ratio / 2)) < 0.3)
    }

    @Test func `full jitter is spread over the whole wait`() {
        let backoff = Backoff(initial: .seconds(10), maximum: .seconds(10), jitter: .full)
        var random = RandomSource(seed: 3)
        var tenths = [Int](repeating: 0, count: 10)
        for _ in 0..<10_000 { tenths[min(9, Int(backoff.wait(after: 1, using: &random).seconds))] += 1 }
        #expect(tenths.allSatisfy { $0 > 800 && $0 < 1200 }, "\(tenths)")
    }

    @Test func `what the other system asks for wins, without jitter, up to its cap`() {
        let backoff = Backoff(initial: .seconds(1), jitter: .full, longestRetryAfter: .seconds(100))
        var random = RandomSource(seed: 4)
        #expect(backoff.wait(after: 5, retryAfter: .seconds(30), using: &random) == .seconds(30))
        #expect(backoff.wait(after: 1, retryAfter: .seconds(101), using: &random) == .seconds(100))
        #expect(backoff.wait(after: 1, retryAfter: .seconds(-5), using: &random) == .zero)
    }

    @Test func `the same seed gives the same waits`() {
        let backoff = Backoff()
        var left = RandomSource(seed: 5)
        var right = RandomSource(seed: 5)
        for failures in 1...50 {
            #expect(backoff.wait(after: failures, using: &left) == backoff.wait(after: failures, using: &right))
        }
    }
}
