import Glibc
import Testing

@Suite("Kills", .serialized, .timeLimit(.minutes(60)))
struct KillTests {
    /// `INTEGRATION_KILLS`: how many in all.
    static let kills = number("INTEGRATION_KILLS") ?? 60
    /// `INTEGRATION_SEED`: repeats a failure.
    static let seed = number("INTEGRATION_SEED").map(UInt64.init) ?? UInt64.random(in: 1...999_999)

    static func number(_ name: String) -> Int? { getenv(name).flatMap { Int(String(cString: $0)) } }

    @Test("Nothing is lost, and nothing is doubled beyond the bound, wherever the engine is killed")
    func kills() async throws {
        var total = Tally()
        let topologies = Topology.all
        for (index, topology) in topologies.enumerated() {
            let kills = (Self.kills + index) / topologies.count
            guard kills > 0 else { continue }
            var campaign = try Campaign(topology, seed: Self.seed + UInt64(index))
            let clock = ContinuousClock()
            let start = clock.now
            try await campaign.run(kills: kills)
            let result = campaign.result
            print(
                "    \(topology.name): \(result.kills) kills, \(result.messages) messages, \(result.lost) lost, "
                    + "\(result.copies) duplicates (bound \(result.bound)), \(clock.now - start)")
            total += result
        }
        print(
            "\(total.kills) kills, \(total.messages) messages, \(total.lost) lost, \(total.copies) duplicates "
                + "(bound \(total.bound)), seed \(Self.seed)")
        #expect(total.kills == Self.kills)
    }
}
