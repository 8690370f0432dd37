import IntegrationCore
import Testing

@testable import IntegrationServices

@Suite("Load balancing") struct BalancerTests {
    private static func candidates(_ weights: [Int], loads: [Int]? = nil) -> [Balancer.Candidate] {
        weights.indices.map { index in
            Balancer.Candidate(
                number: index + 1, weight: weights[index], load: loads?[index] ?? 0,
                hash: StableHash.hash("http://c\(index + 1)"))
        }
    }

    private static func picks(
        _ balancing: LoadBalancing, _ candidates: [Balancer.Candidate], count: Int, keys: [UInt64] = [0]
    ) -> [Int] {
        var balancer = Balancer(balancing)
        var random = RandomSource(seed: 7)
        return (0..<count).compactMap {
            balancer.pick(from: candidates, key: keys[$0 % keys.count], using: &random)?.number
        }
    }

    private static func keys(_ count: Int) -> [UInt64] { (0..<count).map { StableHash.hash("customer-\($0)") } }

    @Test(arguments: LoadBalancing.allCases) func `nobody is picked where nobody is`(_ balancing: LoadBalancing) {
        #expect(Self.picks(balancing, [], count: 3) == [])
    }

    @Test func `round robin goes round, and on from where it was when somebody leaves`() {
        var balancer = Balancer(.roundRobin)
        var random = RandomSource(seed: 1)
        let all = Self.candidates([1, 1, 1])
        func pick(_ from: [Balancer.Candidate]) -> Int? { balancer.pick(from: from, key: 0, using: &random)?.number }
        #expect([pick(all), pick(all)] == [1, 2])
        #expect([pick([all[0], all[1]]), pick([all[0], all[1]])] == [1, 2])
        #expect([pick(all), pick(all), pick(all)] == [3, 1, 2])
    }

    @Test func `weighted turns are nginx's: as often as the weight says, and evenly mixed`() {
        #expect(Self.picks(.weighted, Self.candidates([5, 1, 1]), count: 7) == [1, 1, 2, 1, 3, 1, 1])
    }

    @Test(arguments: 1...20) func `each round of weighted turns has every endpoint as often as its weight`(
        _ seed: UInt64
    ) {
        var random = RandomSource(seed: seed)
        let weights = (0..<Int.random(in: 1...8, using: &random)).map { _ in Int.random(in: 1...20, using: &random) }
        let total = weights.reduce(0, +)
        let picks = Self.picks(.weighted, Self.candidates(weights), count: total * 3)
        for round in 0..<3 {
            let part = picks[(round * total)..<((round + 1) * total)]
            #expect(weights.indices.map { index in part.count { $0 == index + 1 } } == weights)
        }
    }

    @Test func `the less busy of two is asked`() {
        #expect(Set(Self.picks(.leastRequest, Self.candidates([1, 1], loads: [9, 2]), count: 50)) == [2])
        // Nine calls at a tenth of the load each are less than two.
        #expect(Set(Self.picks(.leastRequest, Self.candidates([10, 1], loads: [9, 2]), count: 50)) == [1])
        let three = Self.picks(.leastRequest, Self.candidates([1, 1, 1], loads: [0, 50, 100]), count: 3000)
        // The busiest of three is never the less busy of two.
        #expect(three.count { $0 == 3 } == 0)
        #expect((900...1100).contains(three.count { $0 == 2 }))
    }

    @Test func `two choices keep loads close together where one choice does not`() {
        var balancer = Balancer(.leastRequest)
        var random = RandomSource(seed: 3)
        var loads = Array(repeating: 0, count: 100)
        var blind = loads
        for _ in 0..<20_000 {
            let candidates = Self.candidates(Array(repeating: 1, count: 100), loads: loads)
            let picked = balancer.pick(from: candidates, key: 0, using: &random)
            loads[(picked?.number ?? 0) - 1] += 1
            blind[Int.random(in: 0..<100, using: &random)] += 1
        }
        #expect((loads.max() ?? 0) - (loads.min() ?? 0) <= 10)
        #expect((blind.max() ?? 0) - (blind.min() ?? 0) > 30)
    }

    @Test(arguments: 2...9) func `a key stays where it is, and a new endpoint takes its share of keys from all`(
        _ count: Int
    ) {
        let keys = Self.keys(20_000)
        let before = Self.picks(
            .consistentHash, Self.candidates(Array(repeating: 1, count: count)), count: keys.count, keys: keys)
        let after = Self.picks(
            .consistentHash, Self.candidates(Array(repeating: 1, count: count + 1)), count: keys.count, keys: keys)
        let moved = keys.indices.filter { before[$0] != after[$0] }
        #expect(moved.allSatisfy { after[$0] == count + 1 })
        let share = Double(moved.count) / Double(keys.count) * Double(count + 1)
        #expect((0.93...1.07).contains(share), "\(moved.count) of \(keys.count) keys moved")
        for number in 1...count {
            let owned = before.count { $0 == number }
            #expect((0.9...1.1).contains(Double(owned * count) / Double(keys.count)))
        }
    }

    @Test func `who goes leaves the keys of the others where they are`() {
        let keys = Self.keys(5000)
        let all = Self.candidates([1, 1, 1, 1])
        let before = Self.picks(.consistentHash, all, count: keys.count, keys: keys)
        let after = Self.picks(.consistentHash, all.filter { $0.number != 2 }, count: keys.count, keys: keys)
        for index in keys.indices where before[index] != 2 { #expect(before[index] == after[index]) }
        #expect(Set(keys.indices.filter { before[$0] == 2 }.map { after[$0] }) == [1, 3, 4])
    }

    @Test func `keys are owned as weights say`() {
        let keys = Self.keys(30_000)
        let picks = Self.picks(.consistentHash, Self.candidates([1, 2, 3]), count: keys.count, keys: keys)
        for (number, share) in [(1, 5000), (2, 10_000), (3, 15_000)] {
            #expect(abs(picks.count { $0 == number } - share) < 400)
        }
    }

    @Test func `hashes are the same on every machine`() {
        #expect(StableHash.hash("") == 0xC381_7C01_6BA4_FF30)
        #expect(StableHash.hash("customer-1") == 0xD253_A870_BBAF_CEFA)
    }
}
