import IntegrationCore
import IntegrationResilience
import Testing

@Suite("The retry budget") struct RetryBudgetTests {
    @Test(arguments: 1...100 as ClosedRange<UInt64>)
    func `within the window there are never more retries than the share that is allowed`(seed: UInt64) {
        var random = RandomSource(seed: seed)
        let ratio = Double.random(in: 0...1, using: &random)
        let free = Double(Int.random(in: 0...3, using: &random))
        var budget = RetryBudget(ratio: ratio, minimumPerSecond: free, window: .seconds(10))
        var requests: [Int] = []
        var retries: [Int] = []
        var now = Duration.zero
        for _ in 0..<600 {
            now += .milliseconds(Int.random(in: 0...300, using: &random))
            let second = Int(now.seconds)
            if Int.random(in: 0..<3, using: &random) > 0 {
                budget.noteRequest(at: now)
                requests.append(second)
            } else {
                let recent = Double(requests.count { $0 > second - 10 })
                let used = Double(retries.count { $0 > second - 10 })
                let isAllowed = used + 1 <= ratio * recent + free * 10
                #expect(budget.takeRetry(at: now) == isAllowed)
                if isAllowed { retries.append(second) }
            }
        }
        #expect(!requests.isEmpty)
    }
}
