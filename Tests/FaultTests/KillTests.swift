import Glibc
import Testing

@Suite("Kills", .serialized, .timeLimit(.minutes(60)))
struct KillTests {
    /// `INTEGRATION_KILLS`: how many in all.
    static let kills = number("INTEGRATION_KILLS") ?? 60
    /// `INTEGRATION_SEED`: repeats a failure.
    static let seed = number("INTEGRATION_SEED").map(UInt64.init) ?? UInt64.random(in: 1...999_999)

    /// How often nodes of a broker are killed.
    static let clusterRounds = number("INTEGRATION_CLUSTER_ROUNDS") ?? (kills >= 1200 ? 20 : 0)

    static func number(_ name: String) -> Int? { getenv(name).flatMap { Int(String(cString: $0)) } }

    @Test("Nothing is lost, and nothing is doubled beyond the bound, wherever the engine is killed")
    func kills() async throws {
        var total = Tally()
        for (index, topology) in Topology.all.enumerated() {
            var result = Tally()
            let kills = share(of: index)
            while result.kills < kills {
                // Each campaign has a seed of its own, which the first one's determines.
                let seed = Self.seed &* 1_000_003 &+ UInt64(index * 1000 + result.kills)
                var campaign = try Campaign(topology, seed: seed)
                try await campaign.run(kills: min(topology.killsAtOnce, kills - result.kills))
                result += campaign.result
            }
            print("    \(topology.name): \(result)")
            total += result
        }
        print("\(total), seed \(Self.seed)")
        #expect(total.kills == Self.kills)
    }

    /// Large messages take long: they get few of the kills, the others get as many as each other.
    private func share(of index: Int) -> Int {
        let last = Topology.all.count - 1
        let large = (Self.kills + 20) / 30
        return index == last ? large : (Self.kills - large + index) / last
    }
}
