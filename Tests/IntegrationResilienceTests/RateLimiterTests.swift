import IntegrationCore
import IntegrationResilience
import Testing

@Suite("The rate limiter") struct RateLimiterTests {
    /// A bucket of tokens that are counted as fractions, and those who wait in front of it.
    private struct Bucket {
        let rate: Double
        let burst: Double
        var tokens: Double
        var time = 0.0

        mutating func reserve(_ count: Int, at now: Double) -> Double {
            let now = max(now, time)
            tokens = min(burst, tokens + (now - time) * rate) - Double(count)
            time = now
            return tokens >= 0 ? now : now - tokens / rate
        }
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func `it does what a bucket of tokens does, and never lets more through than the rate and the burst`(seed: UInt64) {
        var random = RandomSource(seed: seed)
        let rate = Double.random(in: 0.05...2000, using: &random)
        let burst = Int.random(in: 1...50, using: &random)
        var limiter = RateLimiter(rate: rate, burst: burst)
        var bucket = Bucket(rate: rate, burst: Double(burst), tokens: Double(burst))
        var now = Duration.zero
        var granted: [(time: Duration, tokens: Int)] = []
        for _ in 0..<300 {
            if Int.random(in: 0..<3, using: &random) == 0 {
                now += .seconds(Double.random(in: 0...(10 / rate), using: &random))
            }
            let tokens = Int.random(in: 0..<8, using: &random) == 0 ? Int.random(in: 1...60, using: &random) : 1
            if tokens == 1 {
                #expect(
                    limiter.next(at: now)
                        == {
                            var copy = limiter; return copy.reserve(at: now)
                        }())
            }
            let time = limiter.reserve(tokens, at: now)
            #expect(abs(time.seconds - bucket.reserve(tokens, at: now.seconds)) < 1e-6 * max(1, time.seconds))
            #expect(time >= now)
            // Who asks first goes first.
            #expect(time >= granted.last?.time ?? .zero)
            granted.append((time, tokens))
        }
        // In every span of time, however it is laid.
        var sums = [0]
        for grant in granted { sums.append(sums[sums.count - 1] + grant.tokens) }
        for first in granted.indices {
            for last in first..<granted.count {
                let span = (granted[last].time - granted[first].time).seconds
                let tokens = Double(sums[last + 1] - sums[first])
                // A request for more than the bucket holds goes when its last token is there.
                let large = Double(max(0, granted[first].tokens - burst))
                #expect(tokens - large <= rate * span + Double(burst) + 1e-6 * tokens + 1e-9)
            }
        }
    }

    @Test func `one token in twenty seconds is one token in twenty seconds`() {
        var limiter = RateLimiter(rate: 0.05)
        let times = (0..<4).map { _ in limiter.reserve(at: .zero) }
        #expect(times == [.zero, .seconds(20), .seconds(40), .seconds(60)])
        #expect(limiter.tokens(at: .seconds(60)) == 0)
    }

    @Test func `a clock that stands still or goes back hands out no more`() {
        var limiter = RateLimiter(rate: 10, burst: 2)
        #expect((0..<2).allSatisfy { _ in limiter.reserve(at: .seconds(5)) == .seconds(5) })
        #expect(limiter.reserve(at: .seconds(5)) > .seconds(5))
        #expect(limiter.reserve(at: .seconds(4)) > .seconds(5))
        #expect(limiter.next(at: .zero) > .seconds(5))
    }

    @Test func `what is given back can be had again`() {
        var limiter = RateLimiter(rate: 1, burst: 1)
        #expect(limiter.reserve(at: .zero) == .zero)
        #expect(limiter.reserve(at: .zero) == .seconds(1))
        limiter.giveBack()
        #expect(limiter.next(at: .zero) == .seconds(1))
    }
}
