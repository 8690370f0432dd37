import IntegrationCore
import IntegrationResilience
import Testing

@Suite("The circuit breaker") struct CircuitBreakerTests {
    /// What the breaker is, told by what happened: the last thing that counts decides.
    private struct Model {
        enum Last {
            case answer
            case failure(until: Duration, inARow: Int)
            case probe(deadline: Duration, failuresBefore: Int)
        }

        var last = Last.answer

        func wait(at now: Duration) -> Duration? {
            switch last {
            case .answer: nil
            case .failure(let until, _): now < until ? until : nil
            case .probe(let deadline, _): now < deadline ? deadline : nil
            }
        }

        mutating func admit(at now: Duration) -> CircuitBreaker.Admission {
            if let until = wait(at: now) { return .wait(until: until) }
            switch last {
            case .answer: return .pass
            case .failure(_, let failures), .probe(_, let failures):
                last = .probe(deadline: now + .seconds(30), failuresBefore: failures)
                return .probe
            }
        }

        mutating func failed(at now: Duration, retryAfter: Duration?) -> Duration {
            let failures: Int
            switch last {
            case .answer: failures = 0
            case .failure(let until, _) where now < until: return until
            case .failure(_, let before), .probe(_, let before): failures = before
            }
            // 1, 2, 4, … 60 seconds.
            let until = now + (retryAfter ?? .seconds(min(60, 1 << min(failures, 10))))
            last = .failure(until: until, inARow: failures + 1)
            return until
        }
    }

    private static let exact = Backoff(initial: .seconds(1), maximum: .seconds(60), jitter: .none)

    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func `it does what a plain model says, whatever happens in whatever order`(seed: UInt64) {
        var random = RandomSource(seed: seed)
        var breaker = CircuitBreaker(backoff: Self.exact)
        var model = Model()
        var now = Duration.zero
        for _ in 0..<500 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<3: now += .milliseconds(Int.random(in: 0...2_000, using: &random))
            case 3: now += .seconds(Int.random(in: 0...70, using: &random))
            case 4..<7: #expect(breaker.admit(at: now) == model.admit(at: now))
            case 7:
                let wasClosed = breaker.isClosed
                let hasClosed = breaker.succeeded()
                #expect(hasClosed == !wasClosed)
                model.last = .answer
                #expect(breaker.failures == 0)
            default:
                let retryAfter: Duration? = Bool.random(using: &random) ? nil : .seconds(5)
                let until = breaker.failed(at: now, retryAfter: retryAfter, using: &random)
                #expect(until == model.failed(at: now, retryAfter: retryAfter))
            }
            #expect(breaker.wait(at: now) == model.wait(at: now))
            if case .answer = model.last {
                #expect(breaker.isClosed)
            } else {
                #expect(!breaker.isClosed)
            }
            if case .probe = model.last {
                #expect(breaker.isHalfOpen)
            } else {
                #expect(!breaker.isHalfOpen)
            }
        }
    }

    @Test func `one call finds out whether the system is back, and another one when that one never tells`() {
        var random = RandomSource(seed: 1)
        var breaker = CircuitBreaker(backoff: Self.exact)
        #expect(breaker.admit(at: .zero) == .pass)
        #expect(breaker.failed(at: .zero, using: &random) == .seconds(1))
        // Calls that were under way when it opened count as one failure.
        #expect(breaker.failed(at: .milliseconds(500), using: &random) == .seconds(1))
        #expect(breaker.failures == 1)
        #expect(breaker.admit(at: .milliseconds(999)) == .wait(until: .seconds(1)))
        #expect(breaker.admit(at: .seconds(1)) == .probe)
        #expect(breaker.admit(at: .seconds(1)) == .wait(until: .seconds(31)))
        #expect(breaker.admit(at: .seconds(31)) == .probe)
        #expect(breaker.failed(at: .seconds(32), using: &random) == .seconds(34))
        #expect(breaker.admit(at: .seconds(34)) == .probe)
        let hasClosed = [breaker.succeeded(), breaker.succeeded()]
        #expect(hasClosed == [true, false])
        #expect(breaker.admit(at: .seconds(34)) == .pass)
    }
}
