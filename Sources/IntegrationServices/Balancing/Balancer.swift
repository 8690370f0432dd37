internal import Glibc
internal import IntegrationCore

/// Decides who gets the next call: a pure state machine.
struct Balancer: Sendable {
    /// One who can be asked.
    struct Candidate: Sendable {
        /// In the order in which endpoints came; no number is used twice.
        var number: Int
        var weight: Int
        /// Calls in hand.
        var load: Int
        /// Of its name; see `StableHash`.
        var hash: UInt64
    }

    private enum State: Sendable {
        case roundRobin(last: Int?)
        /// By number: what each has saved up.
        case weighted([Int: Int])
        case leastRequest
        case consistentHash
    }

    private var state: State

    init(_ balancing: LoadBalancing) {
        state =
            switch balancing {
            case .roundRobin: .roundRobin(last: nil)
            case .weighted: .weighted([:])
            case .leastRequest: .leastRequest
            case .consistentHash: .consistentHash
            }
    }

    /// Picks one; nil where there is none.
    ///
    /// - Parameters:
    ///   - candidates: by number, in ascending order.
    ///   - key: the hash of what is looked up, which `consistent_hash` alone asks for.
    mutating func pick(
        from candidates: [Candidate], key: UInt64, using random: inout RandomSource
    ) -> Candidate? {
        guard let first = candidates.first else { return nil }
        switch state {
        case .roundRobin(let last):
            // After the highest number comes the lowest.
            let next = last.flatMap { last in candidates.first { $0.number > last } } ?? first
            state = .roundRobin(last: next.number)
            return next
        case .weighted(var saved):
            let chosen = Self.smooth(candidates, &saved)
            state = .weighted(saved)
            return chosen
        case .leastRequest:
            return Self.leastBusy(candidates, using: &random)
        case .consistentHash:
            return candidates.max { Self.score($0, key) < Self.score($1, key) }
        }
    }

    /// Forgets one that does not come back.
    mutating func forget(_ number: Int) {
        guard case .weighted(var saved) = state else { return }
        saved[number] = nil
        state = .weighted(saved)
    }

    /// Everybody saves its weight; the richest is chosen and pays what all have saved this time.
    private static func smooth(_ candidates: [Candidate], _ saved: inout [Int: Int]) -> Candidate? {
        var chosen: Candidate?
        var most = Int.min
        var total = 0
        for candidate in candidates {
            total += candidate.weight
            let savings = saved[candidate.number, default: 0] + candidate.weight
            saved[candidate.number] = savings
            if savings > most { (chosen, most) = (candidate, savings) }
        }
        if let chosen { saved[chosen.number] = most - total }
        return chosen
    }

    private static func leastBusy(_ candidates: [Candidate], using random: inout RandomSource) -> Candidate {
        let first = Int.random(in: 0..<candidates.count, using: &random)
        guard candidates.count > 1 else { return candidates[first] }
        let other = Int.random(in: 0..<candidates.count - 1, using: &random)
        let (left, right) = (candidates[first], candidates[other < first ? other : other + 1])
        // The load in relation to the weight, after one more call.
        return (left.load + 1) * right.weight <= (right.load + 1) * left.weight ? left : right
    }

    /// Each endpoint's claim on a key does not depend on the others: who comes or goes moves its own keys alone.
    private static func score(_ candidate: Candidate, _ key: UInt64) -> Double {
        let drawn = StableHash.mix(candidate.hash ^ key)
        let uniform = (Double(drawn >> 11) + 0.5) / 9_007_199_254_740_992
        return -Double(candidate.weight) / log(uniform)
    }
}
