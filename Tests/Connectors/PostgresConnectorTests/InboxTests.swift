import ConnectorTestSupport
import IntegrationCore
import IntegrationDocument
import IntegrationTesting
import Testing

@Suite("The inbox of PostgreSQL", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.absence)"))
struct InboxTests {
    private let schema: PostgresSchema

    init() throws {
        schema = try PostgresSchema(.shared(), "create table entries (account text, amount numeric)")
    }

    private static let debit: [(String, ConfigurationNode)] = [
        ("table", "entries"), ("columns", ["account": "$.from", "amount": "-amount"]),
    ]
    private static let credit: [(String, ConfigurationNode)] = [
        ("table", "entries"), ("columns", ["account": "$.to", "amount": "amount"]),
    ]
    private static let transfer = #"{"from":"a","to":"b","amount":5}"#

    /// Sends the same message once to each, as the destinations of one engine that are called so.
    private func send(
        to destinations: [(name: String, node: [(String, ConfigurationNode)])]
    ) async throws {
        let makers = try TestMakers(connector: schema.connector())
        for (name, node) in destinations {
            let destination = try makers.destination(
                .mapping([("connector", "db"), ("inbox", true)] + node), named: name)
            // Destinations are opened in a context that no flow has for itself.
            let report = try await destination.withSender(in: .quiet()) { try await $0.send(Batch([Self.transfer])) }
            #expect(report.refused.isEmpty)
        }
    }

    private func entries() throws -> [String] {
        try schema.sql("select account, amount, count(*) from entries group by 1, 2 order by 1")
    }

    @Test
    func `a message that is broadcast as debit and credit to one table lands as both, whatever the branches' numbers`()
        async throws
    {
        try await send(to: [("f/1", Self.debit), ("f/2", Self.credit)])
        #expect(try entries() == ["a|-5|1", "b|5|1"])
        // The same again, as after a crash.
        try await send(to: [("f/2", Self.credit), ("f/1", Self.debit)])
        #expect(try entries() == ["a|-5|1", "b|5|1"])
        // With their places swapped, neither takes the other's inbox: what comes again has its effect, and is not lost.
        try await send(to: [("f/1", Self.credit), ("f/2", Self.debit)])
        #expect(try entries() == ["a|-5|2", "b|5|2"])
    }

    @Test
    func `two statements are told apart by their arguments, and two destinations by their names`() async throws {
        let statement: (String, ConfigurationNode) = ("statement", "insert into entries values ($1, $2)")
        let debit = [statement, ("args", ["from", "-amount"])]
        let credit = [statement, ("args", ["to", "amount"])]
        try await send(to: [("f/1", debit), ("f/1", credit), ("g/1", credit), ("g/1", credit)])
        #expect(try entries() == ["a|-5|1", "b|5|2"])
    }

    @Test
    func `a name of one's own is the whole identity: it outlives an edit, and is shared by whoever has it`()
        async throws
    {
        let mine: [(String, ConfigurationNode)] = [("inbox_name", "postings")]
        try await send(to: [("f/1", Self.debit + mine), ("f/1", Self.debit + mine), ("elsewhere", Self.credit + mine)])
        #expect(try entries() == ["a|-5|1"])
        try await send(to: [("f/1", Self.debit + [("inbox_name", "others")])])
        #expect(try entries() == ["a|-5|2"])
        #expect(
            try schema.sql("select distinct destination from integration_inbox order by 1") == ["others", "postings"])
    }

    @Test
    func `an inbox is named after its destination and what that does, the same in every version`() async throws {
        try await send(to: [("f/1", Self.debit)])
        #expect(try schema.sql("select destination from integration_inbox") == ["f/1 a3d0aeea381967c3"])
    }

    @Test
    func `a name belongs to an inbox`() throws {
        #expect(throws: ConnectorMakers.Mistakes.self) {
            try schema.destination(Self.debit + [("inbox_name", "postings")])
        }
    }

    // MARK: Old ids

    @Test(.timeLimit(.minutes(1)))
    func `old ids go as fast as they become old, and no send waits for that`() async throws {
        try await send(to: [("f/1", Self.debit)])
        try schema.sql(
            """
            insert into integration_inbox
            select destination, 'old' || n, now() - interval '8 days' from integration_inbox, generate_series(1, 35000) n
            """)
        let destination = try TestMakers(connector: schema.connector()).destination(
            .mapping([("connector", "db"), ("inbox", true)] + Self.debit), named: "f/1")
        try await destination.withSender(in: .quiet()) { sender in
            let report = try await sender.send(Batch([#"{"n":1}"#]))
            #expect(report.refused.isEmpty)
            while try schema.sql("select count(*) from integration_inbox where message like 'old%'") != ["0"] {
                await Task.yield()
            }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `ids that can't be removed fail no send, and are said once`() async throws {
        try await send(to: [("f/1", Self.debit)])
        let role = try TestRole(schema)
        try role.grant("insert on entries")
        try role.grant("select, insert on integration_inbox")
        let recorder = LogRecorder()
        let destination = try role.makers().destination(
            .mapping([("connector", "db"), ("inbox", true)] + Self.debit), named: "f/1")
        try await destination.withSender(in: recorder.context()) { sender in
            for number in 0..<3 {
                let report = try await sender.send(Batch(["{\"n\":\(number)}"]))
                #expect(report.refused.isEmpty)
            }
            while recorder.text.isEmpty { await Task.yield() }
        }
        #expect(recorder.text.contains("old ids can't be removed"))
        #expect(recorder.text.contains("permission denied for table integration_inbox"))
    }
}
