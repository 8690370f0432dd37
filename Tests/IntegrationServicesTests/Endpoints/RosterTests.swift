import IntegrationCore
import Testing

@testable import IntegrationServices

@Suite("The roster of a service") struct RosterTests {
    private static let refused = IntegrationError(.connectionRefused, "refused")
    private static let failed = IntegrationError(.httpServerError, "500")

    private static func roster(
        _ count: Int, _ settings: ServiceSettings = ServiceSettings(ejection: OutlierEjection(consecutiveFailures: 1))
    ) -> Held<Roster> {
        let roster = Held(Roster(settings, random: RandomSource(seed: 1)))
        for number in 1...count { roster.it.enter(number, ServiceEndpoint(address: "http://c\(number)")) }
        return roster
    }

    private static func call(
        _ roster: Held<Roster>, except tried: Set<Int> = [], at now: Duration = .zero, fails: Set<Int> = []
    ) -> Int? {
        guard let number = roster.it.pick(key: 0, except: tried, count: 1, at: now) else { return nil }
        _ = roster.it.ended(number, [(fails.contains(number) ? .failed(refused) : .answered, 1)], at: now)
        return number
    }

    @Test func `who fails is out for a while, and comes back`() {
        let roster = Self.roster(3)
        let first = (0..<3).map { _ in Self.call(roster, fails: [2]) }
        #expect(first == [1, 2, 3])
        #expect((0..<4).map { _ in Self.call(roster) } == [1, 3, 1, 3])
        #expect((0..<3).map { _ in Self.call(roster, at: .seconds(1)) } == [1, 2, 3])
    }

    @Test func `no more than the share is out, and never all`() {
        for count in 1...9 {
            var settings = ServiceSettings(ejection: OutlierEjection(consecutiveFailures: 1, initial: .seconds(9)))
            for share in [0, 0.1, 0.5, 0.9, 1] {
                settings.ejection.maximumShare = share
                let roster = Self.roster(count, settings)
                for _ in 0..<count * 10 { _ = Self.call(roster, fails: Set(1...count)) }
                let out = roster.it.entries.count { $0.health.isEjected(at: .zero) }
                #expect(out == min(Int(Double(count) * share), count - 1))
            }
        }
    }

    @Test func `those that are out are asked when all others have been tried`() {
        let roster = Self.roster(2)
        _ = Self.call(roster, fails: [1])
        #expect((0..<3).map { _ in Self.call(roster) } == [2, 2, 2])
        #expect(Self.call(roster, except: [2]) == 1)
        #expect(Self.call(roster, except: [1, 2]) == nil)
    }

    @Test func `when none is well, all are asked`() {
        let roster = Self.roster(3, ServiceSettings(checks: HealthChecks(unhealthyAfter: 1)))
        #expect((0..<3).map { _ in Self.call(roster) } == [1, 2, 3])
        for number in 1...3 { #expect(roster.it.noteCheck(number, Self.failed, at: .zero) == .unhealthy) }
        #expect((0..<3).map { _ in Self.call(roster) } == [1, 2, 3])
        #expect(roster.it.noteCheck(2, nil, at: .zero) == .healthy)
        #expect((0..<3).map { _ in Self.call(roster) } == [2, 2, 2])
    }

    @Test func `who leaves gets no more calls, and is gone when those in hand are over`() {
        let roster = Self.roster(2)
        #expect(roster.it.pick(key: 0, except: [], count: 2, at: .zero) == 1)
        #expect(roster.it.leave(1) == false)
        #expect((0..<3).map { _ in Self.call(roster) } == [2, 2, 2])
        #expect(roster.it.ended(1, [(.answered, 1)], at: .zero).isGone == false)
        #expect(roster.it.ended(1, [(.abandoned, 1)], at: .zero).isGone == true)
        #expect(roster.it.entries.map(\.number) == [2])
        #expect(roster.it.leave(2) == true)
        #expect(Self.call(roster) == nil)
    }

    @Test func `failovers that burdened an endpoint are paid for, others are free`() {
        let roster = Self.roster(2, ServiceSettings(budget: RetryBudget(ratio: 0, reserve: 0.3)))
        #expect((0..<1000).allSatisfy { _ in roster.it.mayFailOver(Self.refused, count: 1, at: .zero) })
        #expect(
            (0..<5).map { _ in roster.it.mayFailOver(Self.failed, count: 1, at: .zero) } == [
                true, true, true, false, false,
            ])
        #expect(roster.it.mayFailOver(IntegrationError(.httpRefused, "404"), count: 1, at: .zero) == false)
    }

    @Test func `calls that nobody waited for say nothing of the endpoint`() {
        let roster = Self.roster(2)
        for _ in 0..<10 {
            guard let number = roster.it.pick(key: 0, except: [], count: 1, at: .zero) else { continue }
            _ = roster.it.ended(number, [(.abandoned, 1)], at: .zero)
        }
        #expect(roster.it.entries.map(\.calls) == [0, 0])
        #expect(roster.it.entries.map(\.load) == [0, 0])
    }

    /// Endpoints that come, go, fail and mend at random.
    @Test(arguments: 1...40) func `whatever happens, loads add up and somebody is asked as long as anybody is there`(
        _ seed: UInt64
    ) {
        var random = RandomSource(seed: seed)
        let balancing = LoadBalancing.allCases[Int(seed) % LoadBalancing.allCases.count]
        let roster = Self.roster(
            2, ServiceSettings(balancing: balancing, ejection: OutlierEjection(consecutiveFailures: 2)))
        var present: Set<Int> = [1, 2]
        var inHand: [Int] = []
        var count = 2
        var now = Duration.zero
        for _ in 0..<500 {
            now += .milliseconds(Int.random(in: 0...300, using: &random))
            switch Int.random(in: 0...9, using: &random) {
            case 0:
                count += 1
                roster.it.enter(
                    count, ServiceEndpoint(address: "http://c\(count)", weight: Int.random(in: 1...9, using: &random)))
                present.insert(count)
            case 1:
                guard let number = present.randomElement(using: &random) else { continue }
                present.remove(number)
                let isGone = roster.it.leave(number)
                #expect(isGone == !inHand.contains(number))
            case 2...5:
                let picked = roster.it.pick(key: random.next(), except: [], count: 1, at: now)
                #expect((picked == nil) == present.isEmpty)
                guard let picked else { continue }
                #expect(present.contains(picked))
                inHand.append(picked)
            default:
                guard !inHand.isEmpty else { continue }
                let number = inHand.remove(at: Int.random(in: 0..<inHand.count, using: &random))
                let outcome: Roster.Outcome = Bool.random(using: &random) ? .answered : .failed(Self.failed)
                let isGone = roster.it.ended(number, [(outcome, 1)], at: now).isGone
                #expect(isGone == (!present.contains(number) && !inHand.contains(number)))
            }
            #expect(roster.it.entries.map(\.load).reduce(0, +) == inHand.count)
            #expect(Set(roster.it.entries.map(\.number)) == present.union(inHand))
        }
    }
}
