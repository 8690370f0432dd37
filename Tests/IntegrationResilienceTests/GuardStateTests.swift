import IntegrationCore
import Testing

@testable import IntegrationResilience

@Suite("What decides on requests") struct GuardStateTests {
    /// Random options, so that every machine is there or not.
    private static func options(_ random: inout RandomSource) -> GuardOptions {
        GuardOptions(
            rate: Bool.random(using: &random)
                ? .init(
                    perSecond: Double.random(in: 0.5...50, using: &random), burst: Int.random(in: 1...5, using: &random)
                )
                : nil,
            maximumConcurrent: Int.random(in: 1...5, using: &random),
            maximumWaiting: Int.random(in: 0...20, using: &random),
            longestWait: Bool.random(using: &random) ? .seconds(5) : nil,
            adaptive: Int.random(in: 0..<4, using: &random) == 0 ? 1...4 : nil, breaker: .exact)
    }

    @Test(arguments: 1...300 as ClosedRange<UInt64>)
    func `every request is decided upon once, in order, within all limits`(seed: UInt64) throws {
        var random = RandomSource(seed: seed)
        let options = Self.options(&random)
        var state = GuardState(options)
        var now = Duration.seconds(100)
        var next = 0
        var waiting: [Int] = []
        var inside: [(pass: CircuitBreaker.Pass, began: Duration)] = []
        var gone: [Duration] = []

        func take() {
            for (ticket, decision) in state.takeDecisions() {
                let index = waiting.firstIndex(of: ticket)
                #expect(index != nil, "decided upon twice, or never asked: \(ticket)")
                if let index { waiting.remove(at: index) }
                switch decision {
                case .go(let pass):
                    // Nobody is overtaken.
                    #expect(waiting.allSatisfy { $0 > ticket })
                    inside.append((pass, now))
                    gone.append(now)
                case .closedOff(let until):
                    #expect(until > now)
                    #expect(state.breaker.phase == .open(until: until))
                case .crowded: #expect(waiting.count >= options.maximumWaiting)
                case .late: #expect(options.longestWait != nil)
                }
            }
        }

        for _ in 0..<600 {
            switch Int.random(in: 0..<9, using: &random) {
            case 0, 1:
                now += .milliseconds(Int.random(in: 0...3000, using: &random))
                state.settle(at: now)
            case 2..<5:
                next += 1
                waiting.append(next)
                #expect(state.arrive(next, at: now) == options.longestWait.map { now + $0 })
            case 5:
                guard let ticket = waiting.randomElement(using: &random) else { continue }
                let hasLeft = state.leave(ticket, at: now)
                #expect(hasLeft)
                waiting.removeAll { $0 == ticket }
            default:
                guard let index = inside.indices.randomElement(using: &random) else { continue }
                let call = inside.remove(at: index)
                let outcomes: [CircuitBreaker.Outcome] = [
                    .success, .success, .success, .failure, .ignored, .unreachable,
                ]
                state.adapt(latency: now - call.began, hasFailed: false, at: now)
                _ = state.note(
                    outcomes.randomElement(using: &random) ?? .success, of: call.pass, took: now - call.began, at: now,
                    retryAfter: nil, using: &random)
                state.release(at: now)
            }
            take()
            #expect(state.bulkhead.inUse == inside.count)
            #expect(state.bulkhead.waiting == waiting.count)
            #expect(inside.count <= options.maximumConcurrent || options.adaptive != nil)
            #expect(waiting.count <= options.maximumWaiting)
            // Who could go has gone: what is left waits for a permit, or for a moment that is still to come.
            if let (ticket, moment) = state.nextByTime(at: now) {
                #expect(ticket == waiting.first)
                #expect(moment > now)
            }
        }
        if let rate = options.rate {
            for first in gone.indices {
                for last in first..<gone.count {
                    let most = rate.perSecond * (gone[last] - gone[first]).seconds + Double(rate.burst)
                    #expect(Double(last - first + 1) <= most + 1e-6)
                }
            }
        }
    }
}
