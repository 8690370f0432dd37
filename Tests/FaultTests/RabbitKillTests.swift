import ConnectorTestSupport
import Testing

@Suite(
    "Kills around RabbitMQ", .serialized, .enabled(if: RabbitServer.isInstalled, "\(RabbitServer.absence)"),
    .timeLimit(.minutes(60)))
struct RabbitKillTests {
    @Test("From queue to queue of a broker nothing is lost, wherever the engine is killed")
    func kills() async throws {
        let kills = max(6, KillTests.kills / 10)
        let seed = KillTests.seed &* 4_000_037
        var campaign = try RabbitCampaign(try RabbitServer(), seed: seed)
        try await campaign.run(kills: kills)
        print("    RabbitMQ → RabbitMQ: \(campaign.result), seed \(seed)")
        #expect(campaign.result.kills >= kills)
    }

    @Test(
        "A broker that is killed and started again loses nothing, is found again soon, and is not looked for all the time"
    )
    func broker() async throws {
        let kills = max(1, KillTests.kills / 48)
        let seed = KillTests.seed &* 5_000_011
        var campaign = try RabbitCampaign(try RabbitServer(), seed: seed)
        try await campaign.runKillingBroker(times: kills)
        print(
            "    RabbitMQ killed: \(campaign.result), all through \(campaign.slowest) after it was back, seed \(seed)")
        #expect(campaign.result.kills == kills)
        // The broker's tool, which says that the queue is empty, takes one or two seconds of it.
        #expect(campaign.slowest < .seconds(8))
    }
}
