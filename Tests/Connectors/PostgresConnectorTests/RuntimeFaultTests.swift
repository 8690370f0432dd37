import ConnectorTestSupport
import IntegrationCore
import IntegrationDocument
import IntegrationTesting
import Testing

/// What breaks in a database while a flow runs.
@Suite(
    "A database that is changed at run time", .timeLimit(.minutes(1)),
    .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.absence)"))
struct RuntimeFaultTests {
    private let schema: PostgresSchema
    private let role: TestRole

    init() throws {
        schema = try PostgresSchema(
            .shared(),
            "create table orders (id bigint primary key, note text); create table words (v tsquery, r regclass)")
        role = try TestRole(schema)
        try role.grant("select, insert, update on orders")
    }

    /// Ways in which rows go: by a statement, by COPY, by an upsert, and with an inbox.
    private static let nodes: [[(String, ConfigurationNode)]] = [
        [("statement", "insert into orders (id, note) values ($1, $2)"), ("args", ["id", "note"])],
        [("table", "orders"), ("columns", ["id": "id", "note": "note"])],
        [("table", "orders"), ("columns", ["id": "id", "note": "note"]), ("key", "id")],
        [("table", "orders"), ("columns", ["id": "id", "note": "note"]), ("inbox", true)],
    ]

    @Test(
        "What a running statement loses keeps its messages waiting, and blames none of them",
        arguments: [
            ("alter table orders rename to gone", "alter table gone rename to orders", "does not exist"),
            ("alter table orders rename note to gone", "alter table orders rename gone to note", "does not exist"),
            ("revoke insert on orders from ROLE", "grant insert on orders to ROLE", "permission denied"),
        ])
    func lost(_ fault: String, _ cure: String, _ words: String) async throws {
        try role.grant("create on schema \(schema.name)")
        let makers = try role.makers()
        for (number, node) in Self.nodes.enumerated() {
            let destination = try makers.destination(.mapping([("connector", "db")] + node), named: "d\(number)")
            try await destination.withSender(in: .quiet()) { sender in
                let before = try await sender.send(bodies(from: number * 1000, 60))
                #expect(before.refused.isEmpty)
                try schema.sql(fault.replacing("ROLE", with: role.name))
                for count in [1, 60] {
                    let error = await failure { _ = try await sender.send(bodies(from: number * 1000 + 100, count)) }
                    #expect(error?.code == .sqlStatementInvalid && error?.code.retryClass == .connection)
                    #expect(error?.message.contains(words) == true, "\(String(describing: error))")
                }
                try schema.sql(cure.replacing("ROLE", with: role.name))
                let after = try await sender.send(bodies(from: number * 1000 + 100, 60))
                #expect(after.refused.isEmpty)
            }
        }
        #expect(try schema.sql("select count(*) from orders") == ["\(Self.nodes.count * 120)"])
    }

    private func bodies(from first: Int, _ count: Int) -> Batch {
        var batch = Batch((first..<first + count).map { "{\"id\":\($0),\"note\":\"x\"}" })
        batch.messages = batch.messages.map { message in
            Message(
                id: MessageID(high: 7, low: UInt64(first + message.origin)), origin: message.origin,
                body: message.original)
        }
        return batch
    }

    @Test("A value in a language of its own, or that names what is not there, is its message's fault")
    func values() async throws {
        let sent = try await schema.send(
            [#"{"v":"a & b"}"#, #"{"v":"a & & b"}"#, #"{"r":"orders"}"#, #"{"r":"nowhere"}"#],
            to: [
                ("statement", "insert into words values (to_tsquery($1), $2::text::regclass)"), ("args", ["v", "r"]),
            ])
        #expect(sent.indices.filter { sent[$0] != "accepted" } == [1, 3])
        #expect(sent[1].hasPrefix("IE3302 syntax error in tsquery"), "\(sent)")
        #expect(sent[3].hasPrefix("IE3302 relation \"nowhere\" does not exist"), "\(sent)")
    }

    @Test("What a policy for rows or a trigger does not let in is its message's fault")
    func policies() async throws {
        try schema.sql(
            """
            create function audit() returns trigger language plpgsql as
            $$ begin insert into nowhere values (new.id); return new; end $$;
            create trigger a before insert on orders for each row when (new.id = 2) execute function audit();
            alter table orders enable row level security;
            create policy few on orders using (id < 100)
            """)
        let destination = try role.makers().destination(.mapping([("connector", "db")] + Self.nodes[0]))
        let report = try await destination.withSender(in: .quiet()) {
            try await $0.send(Batch([1, 2, 3, 700].map { "{\"id\":\($0)}" }))
        }
        #expect(report.refused.map(\.index) == [1, 3])
        #expect(report.refused.allSatisfy { $0.error.code == .sqlRefused })
        #expect(report.refused.map(\.error.nativeCode) == ["42P01", "42501"])
        #expect(try schema.sql("select id from orders order by id") == ["1", "3"])
    }

    @Test("A column that is given a larger type takes larger values at once, on every connection")
    func widened() async throws {
        try schema.sql("create table n (id int, note text)")
        let makers = try TestMakers(connector: schema.connector())
        let context = FlowContext.quiet()
        for node in [
            [("statement", "insert into n values ($1)"), ("args", ["id"])],
            [("table", "n"), ("columns", ["id": "id"]), ("on_conflict", "ignore")],
        ] as [[(String, ConfigurationNode)]] {
            try schema.sql("truncate n; alter table n alter column id type int")
            let destination = try makers.destination(.mapping([("connector", "db")] + node))
            let lookup = try makers.lookup([
                "connector": "db", "statement": "select id from n where id = any($1)", "key": "id",
            ])
            try await destination.withSender(in: context) { sender in
                try await lookup.withFinder(in: context) { finder in
                    // Several connections have it prepared.
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for _ in 0..<4 {
                            group.addTask { _ = try await PatientSender.send(["{\"id\":1}"], through: sender) }
                            group.addTask { _ = try await finder.find([LookupKey("1")]) }
                        }
                        try await group.waitForAll()
                    }
                    let before = try await sender.send(Batch(["{\"id\":5000000000}"]))
                    #expect(before.refused.first?.error.code == .sqlRefused)
                    try schema.sql("alter table n alter column id type bigint")
                    for number in 0..<6 {
                        let bodies = (0..<8).map { "{\"id\":\(5_000_000_000 + number * 8 + $0)}" } + ["{\"id\":\"x\"}"]
                        var report = try await sender.send(Batch(bodies))
                        while let outdated = report.refused.first(where: { $0.error.code == .sqlStatementInvalid }) {
                            #expect(outdated.error.code.retryClass == .connection)
                            report = try await sender.send(Batch(report.refused.map { bodies[$0.index] }))
                        }
                        #expect(report.refused.map(\.error.code) == [.sqlRefused])
                    }
                    let big = LookupKey("5000000001")
                    var answers: [LookupAnswer] = []
                    while answers.isEmpty {
                        do throws(IntegrationError) {
                            answers = try await finder.find([big])
                        } catch {
                            #expect(error.code == .sqlStatementInvalid)
                        }
                    }
                    guard case .found = answers[0] else { return #expect(Bool(false), "\(answers)") }
                }
            }
            #expect(try schema.sql("select count(distinct id) from n where id > 1") == ["48"])
        }
    }

    @Test("A lookup whose table loses a column fails as a whole, at once")
    func lookup() async throws {
        try schema.sql("insert into orders values (1, 'x')")
        let makers = try role.makers()
        for statement in ["select * from orders where id = any($1)", "select id, note from orders where id = any($1)"] {
            let lookup = try makers.lookup(["connector": "db", "statement": .string(statement), "key": "id"])
            try await lookup.withFinder(in: .quiet()) { finder in
                let keys = (1...32).map { LookupKey("\($0)") }
                _ = try await finder.find(keys)
                try role.revoke("select on orders")
                let error = await failure { _ = try await finder.find(keys) }
                #expect(error?.code == .sqlStatementInvalid)
                try role.grant("select on orders")
                let found = try await finder.find(keys)
                #expect(found.count == 32)
            }
        }
    }

    @Test("A query that a row or a right stops waits, says so once, and goes on when that is mended")
    func poll() async throws {
        try schema.sql("insert into orders values (1, '1'), (2, 'two')")
        let source = try role.makers().source([
            "connector": "db", "query": "select id, note::int as note from orders", "position": "id",
            "poll_interval": "20ms",
        ])
        let recorder = LogRecorder()
        try await source.withReceiver(in: recorder.context()) { receiver in
            try await withThrowingTaskGroup(of: Int.self) { group in
                group.addTask { try await receiver.acceptNext().count }
                while !recorder.text.contains("invalid input syntax for type integer") { await Task.yield() }
                try role.revoke("select on orders")
                try schema.sql("update orders set note = '2'")
                try await SystemClock().sleep(for: .milliseconds(1500))
                try role.grant("select on orders")
                let count = try await group.next()
                #expect(count == 2)
            }
        }
        #expect(recorder.text.split(separator: "\n").count { $0.contains("can't be run for now") } == 1)
        #expect(recorder.text.contains("the query can be run again"))
    }

    @Test("A queue whose rows we may not delete is not read, and says why")
    func undeletable() async throws {
        try await schema.source([("queue", "jobs")]).withTable()
        try schema.sql("insert into jobs (body) values ('{}')")
        try role.grant("select, insert, update on jobs")
        let recorder = LogRecorder()
        let source = try role.makers().source(["connector": "db", "queue": "jobs", "poll_interval": "20ms"])
        try await source.withReceiver(in: recorder.context()) { receiver in
            try await withThrowingTaskGroup(of: Int.self) { group in
                group.addTask { try await Int(receiver.acceptNext()[0].receiveCount) }
                while !recorder.text.contains("permission denied for table jobs") { await Task.yield() }
                #expect(try schema.sql("select receives from jobs") == ["0"])
                try role.grant("delete on jobs")
                let receives = try await group.next()
                #expect(receives == 1)
            }
        }
        #expect(try schema.sql("select count(*) from jobs") == ["0"])
    }

    @Test("A queue whose rows we may delete no more is read no further, and its rows stay ours until we may again")
    func revoked() async throws {
        try await schema.source([("queue", "jobs")]).withTable()
        try schema.sql("insert into jobs (body) select '{}' from generate_series(1, 30)")
        try role.grant("select, insert, update, delete on jobs")
        let recorder = LogRecorder()
        let source = try role.makers().source([
            "connector": "db", "queue": "jobs", "poll_interval": "20ms", "batch_size": 10,
            "visibility_timeout": "1200ms",
        ])
        try await source.withReceiver(in: recorder.context()) { receiver in
            var first = try await receiver.next()
            _ = first.takeBatch()
            try role.revoke("delete on jobs")
            first.settle(.accepted)
            while !recorder.text.contains("permission denied for table jobs") { await Task.yield() }
            try await withThrowingTaskGroup(of: Int.self) { group in
                group.addTask { try await receiver.acceptNext().count }
                // Longer than a lease lasts.
                try await SystemClock().sleep(for: .seconds(3))
                #expect(
                    try schema.sql("select count(*), max(receives), count(*) filter (where due > now()) from jobs")
                        == ["30|1|10"])
                try role.grant("delete on jobs")
                let count = try await group.next()
                #expect(count == 10)
            }
        }
        #expect(try schema.sql("select count(*), max(suspects) from jobs") == ["10|0"])
    }

    @Test("A flow whose effects go with the rows waits as well where it may not delete them")
    func joint() async throws {
        try await schema.source([("queue", "jobs")]).withTable()
        try schema.sql("insert into jobs (body) values ('{\"id\":1}'), ('{\"id\":2}')")
        try role.grant("select, insert, update, delete on jobs")
        let makers = try role.makers()
        let source = try makers.source(["connector": "db", "queue": "jobs", "poll_interval": "20ms"])
        let destination = try makers.destination(.mapping([("connector", "db")] + Self.nodes[0]))
        try await destination.withSender(in: .quiet()) { sender in
            try await source.withReceiver(in: .quiet()) { receiver in
                var delivery = try await receiver.next()
                var batch = delivery.takeBatch()
                batch.joint = JointTickets(delivery.tickets)
                try role.revoke("delete on jobs")
                let error = await failure { [batch] in _ = try await sender.send(batch) }
                #expect(error?.code == .sqlStatementInvalid)
                #expect(error?.remedy?.contains("Grant the user this right") == true)
                try role.grant("delete on jobs")
                #expect(try await sender.send(batch).refused.isEmpty)
                delivery.settle(.accepted)
            }
        }
        #expect(try schema.sql("select (select count(*) from jobs), (select count(*) from orders)") == ["0|2"])
    }
}
