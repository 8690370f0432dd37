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

    /// Requests of one connector that may be under way when its server dies.
    private static let inFlight = 32

    @Test("From HTTP to HTTP nothing is lost while the engine is killed and the server behind it again and again")
    func bothEnds() async throws {
        let kills = max(4, KillTests.kills / 15)
        let (port, sink) = (HTTPSender.freePort(), HTTPSender.freePort())
        let seed = KillTests.seed &* 3_000_017
        var campaign = try HTTPCampaign(Topology.throughHTTP(port: port, sink: sink), port: port, seed: seed)
        let server = try RecordingServer(port: sink, recordingInto: campaign.folder.path(Topology.record))
        campaign.otherCopies = { server.kills * Self.inFlight }
        campaign.beforeJudging = { server.endKilling() }
        server.beginKilling()
        try await campaign.run(kills: kills)
        print("    HTTP → queue → HTTP: \(campaign.result), its server killed \(server.kills) times, seed \(seed)")
        #expect(server.kills >= kills)
    }
}
