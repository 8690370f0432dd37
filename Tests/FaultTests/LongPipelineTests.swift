import ConnectorTestSupport
import IntegrationCore
import Testing

@Suite(
    "The long pipeline", .serialized, .timeLimit(.minutes(60)),
    .enabled(if: RabbitServer.isInstalled, "\(RabbitServer.absence)"),
    .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.absence)"))
struct LongPipelineTests {
    @Test("Over HTTP, a queue, a broker and a database each order is once in its table, though all of them are killed")
    func kills() async throws {
        let kills = max(2, KillTests.kills / 40)
        let port = HTTPSender.freePort()
        let (broker, database) = (try RabbitServer(), try PostgresServer())
        let schema = try PostgresSchema(database, "create table high (body text); create table regular (body text)")
        var topology = Topology.throughEverything(port: port, broker: broker.port, tables: schema)
        // In a full run 50,000 of them.
        topology.orders = KillTests.kills >= 1200 ? 3400 : 400
        let seed = KillTests.seed &* 8_000_009
        var campaign = try HTTPCampaign(topology, port: port, seed: seed)
        campaign.restElsewhere = {
            do {
                return try broker.count(in: "high") + broker.count(in: "regular")
            } catch {
                // It is away: what waits there still waits.
                return 1
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await Task.sleep(for: .seconds(1))
                broker.kill()
                try broker.start()
                try database.crash()
                try await Task.sleep(for: .milliseconds(300))
                try database.start()
            }
            try await campaign.run(kills: kills)
            try await group.waitForAll()
        }
        print("    \(topology.name): \(campaign.result), broker and database killed once, seed \(seed)")
        #expect(campaign.result.kills >= kills)
    }
}
