import Testing

@Suite("Kills under HTTP", .serialized, .timeLimit(.minutes(60)))
struct HTTPKillTests {
    @Test("What was answered is stored, what is sent again under its key is one message, wherever the engine is killed")
    func kills() async throws {
        var total = Tally()
        let wanted = max(3, KillTests.kills / 6)
        let port = HTTPSender.freePort()
        let topologies = Topology.overHTTP(port: port)
        for (index, topology) in topologies.enumerated() {
            var result = Tally()
            let share = (wanted + index) / topologies.count
            while result.kills < share {
                let seed = KillTests.seed &* 2_000_003 &+ UInt64(index * 1000 + result.kills)
                var campaign = try HTTPCampaign(topology, port: port, seed: seed)
                try await campaign.run(kills: min(topology.killsAtOnce, share - result.kills))
                result += campaign.result
            }
            print("    \(topology.name): \(result)")
            total += result
        }
        print("over HTTP: \(total), seed \(KillTests.seed)")
        #expect(total.kills >= wanted)
    }
}
