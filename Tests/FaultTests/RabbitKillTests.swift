import ConnectorTestSupport
import FaultProxy
import Glibc
import IntegrationCore
import Testing

@Suite(
    "Kills around RabbitMQ", .serialized, .enabled(if: RabbitServer.isInstalled, "\(RabbitServer.absence)"),
    .timeLimit(.minutes(60)))
struct RabbitKillTests {
    private static func campaign(_ server: RabbitServer, port: Int? = nil, seed: UInt64) throws -> SourceCampaign {
        try SourceCampaign(
            .throughRabbit(port: port ?? server.port, node: server.port), .rabbit(server), seed: seed)
    }

    @Test("From queue to queue of a broker nothing is lost, wherever the engine is killed")
    func kills() async throws {
        let kills = KillTests.kills / 10
        let seed = KillTests.seed &* 4_000_037
        var campaign = try Self.campaign(try RabbitServer(), seed: seed)
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
        let server = try RabbitServer()
        var campaign = try Self.campaign(server, seed: seed)
        // What was published and what was settled may both be open when the broker goes.
        // A queue that was declared a moment ago is not on the broker's disk, whatever it has confirmed: Mnesia's log is
        // written with a delay of seconds.
        func writeDeclarations() throws { try server.control("eval", "mnesia:dump_log().") }
        try await campaign.run(disturbing: kills, copies: 2, lines: 12, prepared: writeDeclarations) { engine in
            server.kill()
            // It is away for a while, in which nobody should be busy looking for it.
            let spent = try SourceCampaign.processorTime(of: engine) { engine.wait(seconds: 1) }
            #expect(spent < .milliseconds(500), "\(spent) of work in a second")
            try server.start()
        }
        print("    RabbitMQ killed: \(campaign.result), \(campaign.slowest) after it was back, seed \(seed)")
        #expect(campaign.result.kills == kills)
        // The broker's tool, which says what is in the queue, takes one or two seconds of it.
        #expect(campaign.slowest.last < .seconds(10))
    }

    @Test("A broker that stands still is given up and found again, and loses nothing")
    func halfOpen() async throws {
        let times = max(1, KillTests.kills / 200)
        let seed = KillTests.seed &* 6_000_011
        let server = try RabbitServer()
        var campaign = try Self.campaign(server, seed: seed)
        try await campaign.run(disturbing: times, copies: 2, lines: 12) { engine in
            server.send(SIGSTOP)
            // Longer than two heartbeats, and than a publish may take.
            engine.wait(seconds: 7)
            server.send(SIGCONT)
        }
        print("    RabbitMQ stopped for 7 s: \(campaign.result), \(campaign.slowest) after it went on, seed \(seed)")
        #expect(campaign.slowest.last < .seconds(15))
    }

    @Test("A slow broker slows the flow down, and nothing is lost or comes twice")
    func slow() async throws {
        let seed = KillTests.seed &* 7_000_013
        let server = try RabbitServer.shared()
        try await FaultProxy.withProxy(port: server.port) { proxy, port in
            proxy.set(.latency(milliseconds: 100))
            var campaign = try Self.campaign(server, port: port, seed: seed)
            try await campaign.run(disturbing: 1, copies: 0, lines: 0) { engine in engine.wait(seconds: 1) }
            print("    RabbitMQ 100 ms away: \(campaign.result), seed \(seed)")
        }
    }

    @Test("A message of a broker that ends the engine each time becomes a dead letter, and those behind it get through")
    func poison() async throws {
        let server = try RabbitServer()
        let queue = RabbitQueue(Topology.rabbitQueue, port: server.port)
        let topology = Topology.throughRabbit(port: server.port)
        let journey = try Journey(topology, seed: 1, orders: 7, padding: 0)
        try await queue.put([("poison", journey.orders[0].line)])
        func start(_ fault: String) throws -> Child {
            try Child(
                ["run", "--log-level", "error"], folder: journey.folder,
                environment: ["INTEGRATION_FAILPOINT=\(fault)"],
                output: journey.folder.path(".stdout"), words: .file(journey.folder.path(".stderr")),
                launcher: Executable.atMostAMinute)
        }
        // Once as a new one, and three times as one that came before.
        for round in 1...4 {
            let status = try start("in-step:kill:1").wait()
            #expect(status == 1000 + SIGKILL, "\(round)")
        }
        let engine = try start("in-step:kill:1")
        while try server.count(in: Topology.rabbitQueue) > 0, !engine.hasEnded {}
        #expect(!engine.hasEnded, "it is not looked at again")
        engine.send(SIGTERM)
        #expect(engine.wait() == 0)
        try await queue.put((1..<7).map { ("\($0)", journey.orders[$0].line) })
        let calm = try start("")
        while try server.count(in: Topology.rabbitQueue) > 0, !calm.hasEnded {}
        calm.send(SIGTERM)
        #expect(calm.wait() == 0)
        let judge = try await Judge(journey.orders, count: 7, topology, in: journey.folder)
        #expect(judge.lost == [0])
        #expect(judge.wrong.count == 1 && judge.wrong[0].hasPrefix("dead: "), "\(judge.wrong)")
    }
}
