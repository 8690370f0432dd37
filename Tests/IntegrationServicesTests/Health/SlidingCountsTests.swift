import IntegrationCore
import Testing

@testable import IntegrationServices

@Suite("Counts and budgets") struct SlidingCountsTests {
    @Test(arguments: 1...30) func `counts are those of a list of all that happened, to a tenth of the window`(
        _ seed: UInt64
    ) {
        var random = RandomSource(seed: seed)
        let window = Duration.seconds(10)
        var counts = SlidingCounts(window)
        var events: [(at: Duration, good: Int, bad: Int)] = []
        var now = Duration.zero
        for _ in 0..<400 {
            now += .milliseconds(
                Int.random(in: 0...(Int.random(in: 0...9, using: &random) == 0 ? 30_000 : 900), using: &random))
            let event = (
                at: now, good: Int.random(in: 0...3, using: &random), bad: Int.random(in: 0...3, using: &random)
            )
            events.append(event)
            counts.add(good: event.good, bad: event.bad, at: now)
            // Slots are whole: the window begins where the slot does that is nine slots back.
            let slot = Int(now / (window / 10))
            let inside = events.filter { Int($0.at / (window / 10)) > slot - 10 }
            #expect(counts.good == inside.map(\.good).reduce(0, +))
            #expect(counts.bad == inside.map(\.bad).reduce(0, +))
        }
    }

    @Test func `a budget gives a share of the calls, and its reserve`() {
        var account = RetryBudget.Account(RetryBudget(ratio: 0.2, reserve: 1))
        func most(_ now: Duration) -> Int {
            var count = 0
            while account.withdraw(1, at: now) { count += 1 }
            return count
        }
        #expect(most(.zero) == 10)
        account.called(100, at: .seconds(1))
        #expect(most(.seconds(1)) == 20)
        account.called(5, at: .seconds(2))
        #expect(most(.seconds(2)) == 1)
        // What was taken is given back when it is older than the window, and so are the calls.
        #expect(most(.seconds(30)) == 10)
    }

    @Test func `a budget of nothing gives nothing`() {
        let account = Held(RetryBudget.Account(RetryBudget(ratio: 0, reserve: 0)))
        account.it.called(1000, at: .zero)
        #expect(account.it.withdraw(1, at: .zero) == false)
    }
}
