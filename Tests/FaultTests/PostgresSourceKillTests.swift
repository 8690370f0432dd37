import ConnectorTestSupport
import FaultProxy
import Glibc
import IntegrationCore
import Testing

@Suite(
    "Kills of PostgreSQL's sources", .serialized, .timeLimit(.minutes(60)),
    .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.absence)"))
struct PostgresSourceKillTests {
    /// A source, as a campaign sees it.
    enum Kind: String, CaseIterable, CustomTestStringConvertible {
        case queueTable, query

        var testDescription: String { rawValue }

        func campaign(_ schema: PostgresSchema, port: Int? = nil, seed: UInt64) throws -> SourceCampaign {
            switch self {
            case .queueTable: try SourceCampaign(.queueTable(schema, port: port), .queueTable(schema), seed: seed)
            case .query: try SourceCampaign(.query(schema, port: port), .query(schema), seed: seed)
            }
        }

        /// Effects of a queue table are there once, whatever happens: they go with their rows.
        func expectNoCopies(_ schema: PostgresSchema, _ what: String) throws {
            guard case .queueTable = self else { return }
            for table in ["high", "regular"] {
                let twice = try schema.sql("select count(*) - count(distinct body) from \(table)")
                #expect(twice == ["0"], "\(what): \(table)")
            }
        }
    }

    @Test(
        "Nothing is lost wherever the engine is killed, and what goes with its effects is never doubled",
        arguments: Kind.allCases)
    func kills(_ kind: Kind) async throws {
        let kills = KillTests.kills / 15
        let seed = KillTests.seed &* 9_000_011
        let schema = try PostgresSchema(.shared(), Topology.sourceTables)
        var campaign = try kind.campaign(schema, seed: seed)
        try await campaign.run(kills: kills)
        print("    \(kind.rawValue): \(campaign.result), seed \(seed)")
        try kind.expectNoCopies(schema, "seed \(seed)")
        #expect(campaign.result.kills >= kills)
    }

    @Test("Nothing is doubled that goes with its effects, whenever the engine is killed")
    func randomKills() async throws {
        let kills = max(4, KillTests.kills / 15)
        let seed = KillTests.seed &* 9_000_013
        let schema = try PostgresSchema(.shared(), Topology.sourceTables)
        var campaign = try Kind.queueTable.campaign(schema, seed: seed)
        try await campaign.run(randomKills: kills)
        print("    queueTable, at any moment: \(campaign.result), seed \(seed)")
        try Kind.queueTable.expectNoCopies(schema, "seed \(seed)")
    }

    @Test(
        "A server that is killed and started again loses nothing, is found again in 5 s, and is not looked for all the time",
        arguments: Kind.allCases)
    func serverKills(_ kind: Kind) async throws {
        let kills = max(1, KillTests.kills / 48)
        let seed = KillTests.seed &* 9_000_029
        let server = try PostgresServer()
        let schema = try PostgresSchema(server, Topology.sourceTables)
        var campaign = try kind.campaign(schema, seed: seed)
        // What was settled and not told yet comes again with what was under way.
        try await campaign.run(disturbing: kills, copies: 2, lines: 12) { engine in
            try server.crash()
            let spent = try SourceCampaign.processorTime(of: engine) { engine.wait(seconds: 1) }
            #expect(spent < .milliseconds(500), "\(spent) of work in a second")
            try server.start()
        }
        print("    \(kind.rawValue), server killed: \(campaign.result), \(campaign.slowest) after, seed \(seed)")
        try kind.expectNoCopies(schema, "seed \(seed)")
        #expect(campaign.slowest.first < .seconds(5))
    }

    @Test("A server that stands still is given up and found again, and loses nothing", arguments: Kind.allCases)
    func halfOpen(_ kind: Kind) async throws {
        let times = max(1, KillTests.kills / 200)
        let seed = KillTests.seed &* 9_000_041
        let server = try PostgresServer()
        let schema = try PostgresSchema(server, Topology.sourceTables)
        var campaign = try kind.campaign(schema, seed: seed)
        // What was settled and not told yet comes again with what was under way.
        try await campaign.run(disturbing: times, copies: 2, lines: 12) { engine in
            server.send(SIGSTOP)
            engine.wait(seconds: 7)
            server.send(SIGCONT)
        }
        print(
            "    \(kind.rawValue), server stopped for 7 s: \(campaign.result), \(campaign.slowest) after, seed \(seed)")
        try kind.expectNoCopies(schema, "seed \(seed)")
        #expect(campaign.slowest.last < .seconds(30))
    }

    @Test("A slow server slows the flow down, and nothing is lost or comes twice", arguments: Kind.allCases)
    func slow(_ kind: Kind) async throws {
        let seed = KillTests.seed &* 9_000_053
        let schema = try PostgresSchema(.shared(), Topology.sourceTables)
        try await FaultProxy.withProxy(port: schema.server.port) { proxy, port in
            proxy.set(.latency(milliseconds: 100))
            var campaign = try kind.campaign(schema, port: port, seed: seed)
            try await campaign.run(disturbing: 1, copies: 0, lines: 0) { engine in engine.wait(seconds: 1) }
            print("    \(kind.rawValue), 100 ms away: \(campaign.result), seed \(seed)")
        }
    }

    @Test("An engine that stands still past its leases, while another takes over, doubles nothing when it goes on")
    func stoppedPastTheLease() async throws {
        let times = max(1, KillTests.kills / 60)
        for round in 0..<times {
            for stage in ["after-receive", "before-send", "after-send"] {
                try await stop(at: "\(stage):stop:\(2 + round % 5)", seed: KillTests.seed &+ UInt64(round))
            }
        }
    }

    private func stop(at fault: String, seed: UInt64) async throws {
        let schema = try PostgresSchema(.shared(), Topology.sourceTables)
        let topology = Topology.queueTable(schema, visibility: "1s")
        let orders = Orders(seed: seed)
        // Only good ones: dead letters are in each engine's own store.
        let numbers = (0..<220).filter { orders[$0].place != .dead }
        try await Feed.queueTable(schema).put(numbers.map { ("\($0)", orders[$0].line) })
        func start(_ fault: String) throws -> (Child, Folder) {
            let folder = try Folder()
            try folder.write("integration.yaml", topology.configuration)
            let child = try Child(
                ["run", "--log-level", "warning"], folder: folder, environment: ["INTEGRATION_FAILPOINT=\(fault)"],
                output: folder.path(".stdout"), words: .file(folder.path(".stderr")))
            return (child, folder)
        }
        let (slow, slowFolder) = try start(fault)
        try slow.waitUntilStopped()
        slow.wait(seconds: 1.2)
        let (other, otherFolder) = try start("")
        try other.wait(atMost: .seconds(30)) { try Feed.queueTable(schema).rest(0) == 0 }
        slow.send(SIGCONT)
        slow.wait(seconds: 1)
        for (child, folder) in [(slow, slowFolder), (other, otherFolder)] {
            child.send(SIGTERM)
            let status = child.wait()
            let words = try folder.read(".stderr")
            #expect(status == 0, "\(fault): \(words)")
        }
        for (place, table) in [(Orders.Place.high, "high"), (.regular, "regular")] {
            let expected = numbers.filter { orders[$0].place == place }.map { orders[$0].result }.sorted()
            let found = try schema.sql("select body from \(table)").sorted()
            #expect(found == expected, "\(fault), seed \(seed), \(table): \(found.count) of \(expected.count)")
        }
    }

    @Test("After a kill, and after the server was killed, what is told to a channel is heard again, and once")
    func channel() async throws {
        let server = try PostgresServer()
        let schema = try PostgresSchema(server, Topology.sourceTables)
        let folder = try Folder()
        try folder.write(
            "integration.yaml",
            """
            connectors:
              db: {type: postgres, url: "\(schema.url())", timeout: 5s}
            flows:
              hear:
                source: {connector: db, listen: news}
                destination: {connector: db, statement: insert into landed values ($1), args: [$.n]}

            """)
        var told = 0
        func tell(to engine: Child) throws {
            // One that is still being run hears nothing yet.
            let listening = """
                select count(*) from pg_stat_activity where query like 'listen %news%' and state = 'idle'
                """
            try engine.wait(atMost: .seconds(10)) { try server.sql(listening).first == "1" }
            for _ in 0..<10 {
                told += 1
                try schema.sql("notify news, '{\"n\":\(told)}'")
            }
            let landed = "select count(*), count(distinct body) from landed"
            try engine.wait(atMost: .seconds(10)) { try schema.sql(landed) == ["\(told)|\(told)"] }
            let last = try schema.sql("select body from landed order by body::int desc limit 12")
            try #require(try schema.sql(landed) == ["\(told)|\(told)"], "\(told) were told, the last heard: \(last)")
        }
        func start() throws -> Child {
            try Child(
                ["run", "--log-level", "warning"], folder: folder, output: folder.path(".stdout"),
                words: .file(folder.path(".stderr")))
        }
        let first = try start()
        try tell(to: first)
        first.send(SIGKILL)
        _ = first.wait()
        let second = try start()
        try tell(to: second)
        for _ in 0..<max(1, KillTests.kills / 48) {
            try server.crash()
            second.wait(seconds: 0.5)
            try server.start()
            try tell(to: second)
        }
        second.send(SIGTERM)
        let status = second.wait()
        let words = try folder.read(".stderr")
        #expect(status == 0, "\(words)")
    }
}
