import IntegrationCore
import IntegrationResilience
import Testing

@Suite("The circuit breaker") struct CircuitBreakerTests {
    /// What the breaker is, worked out anew from a list of all that happened.
    private struct Model {
        struct Call {
            var time: Duration
            var isFailure: Bool
            var isSlow: Bool
        }

        enum Mode: Equatable {
            case closed
            case open(until: Duration)
            case halfOpen(successes: Int, probe: (number: Int, deadline: Duration)?)

            static func == (left: Mode, right: Mode) -> Bool { "\(left)" == "\(right)" }
        }

        let limits: BreakerLimits
        var mode = Mode.closed
        /// Calls since it was closed last.
        var calls: [Call] = []
        /// Grows with every opening and closing: what began in an earlier age says nothing.
        var age = 0
        var openings = 0
        var probes = 0

        func wait(at now: Duration) -> Duration? {
            switch mode {
            case .open(let until) where now < until: until
            case .halfOpen(_, let probe?) where now < probe.deadline: probe.deadline
            default: nil
            }
        }

        /// What counts at `now`: the last calls, or those of the current tenth of the window and the nine before it.
        func counted(at now: Duration) -> [Call] {
            switch limits.window {
            case nil: return []
            case .count(let count): return Array(calls.suffix(count))
            case .time(let length):
                let tenth = length / 10
                let current = Int(now / tenth)
                return calls.filter { Int($0.time / tenth) > current - 10 }
            }
        }

        mutating func open(_ backoff: Backoff, at now: Duration, retryAfter: Duration?) {
            openings += 1
            age += 1
            mode = .open(until: now + (retryAfter ?? backoff.base(after: openings)))
            calls = []
        }

        mutating func tell(
            _ outcome: CircuitBreaker.Outcome, age began: Int, probe: Int?, took: Duration, at now: Duration,
            retryAfter: Duration?
        ) {
            let isSlow = limits.slowCall.map { took >= $0 } ?? false
            switch mode {
            case .open: return
            case .closed:
                guard probe == nil, began == age, outcome != .ignored else { return }
                if outcome == .unreachable { return open(limits.unreachable, at: now, retryAfter: retryAfter) }
                calls.append(Call(time: now, isFailure: outcome == .failure, isSlow: isSlow))
                let counted = counted(at: now)
                let least: Int
                if case .count(let count) = limits.window {
                    least = min(count, limits.minimumRequests)
                } else {
                    least = limits.minimumRequests
                }
                guard !counted.isEmpty, counted.count >= least else { return }
                let failed = counted.count { $0.isFailure }
                let slow = counted.count { $0.isSlow }
                let all = Double(counted.count)
                if failed > 0 && Double(failed) / all >= limits.failureRatio
                    || limits.slowCall != nil && slow > 0 && Double(slow) / all >= limits.slowRatio
                {
                    open(limits.backoff, at: now, retryAfter: retryAfter)
                }
            case .halfOpen(let successes, let current):
                guard let probe, probe == current?.number else { return }
                switch outcome {
                case .ignored: mode = .halfOpen(successes: successes, probe: nil)
                case .unreachable: open(limits.unreachable, at: now, retryAfter: retryAfter)
                case .failure: open(limits.backoff, at: now, retryAfter: retryAfter)
                case .success where isSlow: open(limits.backoff, at: now, retryAfter: nil)
                case .success where successes + 1 == limits.probes:
                    mode = .closed
                    age += 1
                    openings = 0
                case .success: mode = .halfOpen(successes: successes + 1, probe: nil)
                }
            }
        }
    }

    private static let exact = Backoff(initial: .seconds(4), maximum: .seconds(60), jitter: .none)
    private static let short = Backoff(initial: .seconds(1), maximum: .seconds(10), jitter: .none)

    private static func limits(_ random: inout RandomSource) -> BreakerLimits {
        let windows: [BreakerLimits.Window?] = [nil, .time(.seconds(10)), .time(.seconds(1)), .count(5), .count(20)]
        return BreakerLimits(
            window: windows.randomElement(using: &random) ?? nil,
            minimumRequests: Int.random(in: 1...8, using: &random),
            failureRatio: [0.1, 0.5, 1].randomElement(using: &random) ?? 0.5,
            slowCall: Bool.random(using: &random) ? .seconds(2) : nil,
            slowRatio: [0.25, 1].randomElement(using: &random) ?? 1, probes: Int.random(in: 1...3, using: &random),
            probeDeadline: .seconds(5), backoff: exact, unreachable: short)
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func `it does what a plain model says, whatever happens in whatever order`(seed: UInt64) {
        var random = RandomSource(seed: seed)
        let limits = Self.limits(&random)
        var breaker = CircuitBreaker(limits)
        var model = Model(limits: limits)
        var now = Duration.seconds(1000)
        var underWay: [(pass: CircuitBreaker.Pass, began: Duration, age: Int, probe: Int?)] = []
        for _ in 0..<400 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<3: now += .milliseconds(Int.random(in: 0...900, using: &random))
            case 3: now += .seconds(Int.random(in: 0...20, using: &random))
            case 4..<7:
                let expected = model.wait(at: now)
                switch breaker.admit(at: now) {
                case .go(let pass):
                    #expect(expected == nil)
                    var probe: Int?
                    if model.mode != .closed {
                        model.probes += 1
                        probe = model.probes
                        var successes = 0
                        if case .halfOpen(let before, _) = model.mode { successes = before }
                        model.mode = .halfOpen(
                            successes: successes, probe: (model.probes, now + limits.probeDeadline))
                    }
                    #expect(pass.isProbe == (probe != nil))
                    underWay.append((pass, now, model.age, probe))
                case .wait(let until, let isProbed):
                    #expect(expected == until)
                    if case .halfOpen = model.mode { #expect(isProbed) } else { #expect(!isProbed) }
                }
            default:
                guard let index = underWay.indices.randomElement(using: &random) else { continue }
                let call = underWay.remove(at: index)
                let outcomes: [CircuitBreaker.Outcome] = [
                    .success, .success, .failure, .failure, .ignored, .unreachable,
                ]
                let outcome = outcomes.randomElement(using: &random) ?? .success
                let retryAfter: Duration? = Int.random(in: 0..<4, using: &random) == 0 ? .seconds(7) : nil
                let before = model.mode
                let change = breaker.record(
                    outcome, of: call.pass, took: now - call.began, at: now, retryAfter: retryAfter, using: &random)
                model.tell(
                    outcome, age: call.age, probe: call.probe, took: now - call.began, at: now, retryAfter: retryAfter)
                switch (before, model.mode) {
                case (.closed, .open(let until)), (.halfOpen, .open(let until)):
                    #expect(change == .opened(until: until))
                case (.halfOpen, .closed): #expect(change == .closed)
                default: #expect(change == nil)
                }
            }
            #expect(breaker.wait(at: now) == model.wait(at: now))
            #expect(breaker.openings == model.openings)
            switch model.mode {
            case .closed: #expect(breaker.phase == .closed)
            case .open(let until): #expect(breaker.phase == .open(until: until))
            case .halfOpen: #expect(breaker.phase == .halfOpen)
            }
        }
    }

    private static func pass(_ breaker: inout CircuitBreaker, at now: Duration) throws -> CircuitBreaker.Pass {
        guard case .go(let pass) = breaker.admit(at: now) else {
            throw IntegrationError(.cannotBuild, "not let through at \(now)")
        }
        return pass
    }

    @Test func `one call finds out whether the system is back, and another one when that one never tells`() throws {
        var random = RandomSource(seed: 1)
        var breaker = CircuitBreaker(BreakerLimits(probeDeadline: .seconds(30), unreachable: Self.short))
        let first = try Self.pass(&breaker, at: .zero)
        let second = try Self.pass(&breaker, at: .zero)
        #expect(breaker.record(.unreachable, of: first, at: .zero, using: &random) == .opened(until: .seconds(1)))
        // Calls that were under way when it opened count as one failure.
        #expect(breaker.record(.unreachable, of: second, at: .milliseconds(500), using: &random) == nil)
        #expect(breaker.openings == 1)
        #expect(breaker.admit(at: .milliseconds(999)) == .wait(until: .seconds(1), isProbed: false))
        let silent = try Self.pass(&breaker, at: .seconds(1))
        #expect(breaker.admit(at: .seconds(1)) == .wait(until: .seconds(31), isProbed: true))
        let probe = try Self.pass(&breaker, at: .seconds(31))
        // The one whose time was up says nothing any more.
        #expect(breaker.record(.success, of: silent, at: .seconds(31), using: &random) == nil)
        #expect(
            breaker.record(.unreachable, of: probe, at: .seconds(32), using: &random) == .opened(until: .seconds(34)))
        let last = try Self.pass(&breaker, at: .seconds(34))
        #expect(breaker.record(.success, of: last, at: .seconds(35), using: &random) == .closed)
        #expect(breaker.phase == .closed)
    }

    @Test func `answers that came too slowly open it, though all of them were good`() throws {
        var random = RandomSource(seed: 1)
        var breaker = CircuitBreaker(
            BreakerLimits(
                window: .count(4), minimumRequests: 4, slowCall: .seconds(1), slowRatio: 0.5, backoff: Self.exact))
        var changes: [CircuitBreaker.Change?] = []
        for took in [Duration.seconds(1), .milliseconds(1), .milliseconds(1), .seconds(2)] {
            let pass = try Self.pass(&breaker, at: .zero)
            changes.append(breaker.record(.success, of: pass, took: took, at: .zero, using: &random))
        }
        #expect(changes == [nil, nil, nil, .opened(until: .seconds(4))])
    }
}
