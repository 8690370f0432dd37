import ConnectorTestSupport
import IntegrationCore
import Synchronization
import Testing

@Suite(
    "Kills before PostgreSQL", .serialized, .timeLimit(.minutes(60)),
    .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.absence)"))
struct PostgresKillTests {
    private final class Crashes: Sendable {
        let count = Mutex(0)
    }

    private static let tables = "create table high (body text); create table regular (body text)"

    @Test("Each effect is in its table once, wherever the engine is killed")
    func engine() async throws {
        let kills = max(4, KillTests.kills / 10)
        var result = Tally()
        while result.kills < kills {
            let seed = KillTests.seed &* 5_000_011 &+ UInt64(result.kills)
            let schema = try PostgresSchema(.shared(), Self.tables)
            var campaign = try Campaign(.queueToTables(schema), seed: seed)
            try await campaign.run(kills: min(11, kills - result.kills))
            result += campaign.result
        }
        print("    queue → PostgreSQL: \(result), seed \(KillTests.seed)")
        #expect(result.kills >= kills)
    }

    @Test("Each effect is in its table once while the engine and the database are killed in turns and together")
    func bothEnds() async throws {
        let kills = max(2, KillTests.kills / 30)
        let server = try PostgresServer()
        let schema = try PostgresSchema(server, Self.tables)
        var campaign = try Campaign(.queueToTables(schema), seed: KillTests.seed &* 7_000_003)
        let (isOver, isCalm) = (ShutdownSignal(), ShutdownSignal())
        let crashes = Crashes()
        campaign.beforeCalm = {
            isOver.signal()
            await isCalm.wait()
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { isCalm.signal() }
                // Up for two thirds of the time, however slow the machine is: somebody has to get through.
                var rest = Duration.milliseconds(400)
                while !isOver.isSignalled {
                    try await Task.sleep(for: rest)
                    let start = ContinuousClock.now
                    try server.crash()
                    try server.start()
                    rest = max(.milliseconds(400), (ContinuousClock.now - start) * 2)
                    crashes.count.withLock { $0 += 1 }
                }
            }
            defer { isOver.signal() }
            try await campaign.run(kills: kills)
            try await group.waitForAll()
        }
        let result = campaign.result
        print("    queue → PostgreSQL: \(result), the database killed \(crashes.count.withLock { $0 }) times")
        #expect(crashes.count.withLock { $0 } >= 1)
    }
}
