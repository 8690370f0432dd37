import ConnectorTestSupport
import IntegrationCore
import IntegrationDocument
import IntegrationTesting
import Testing

@Suite("The PostgreSQL destination", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.absence)"))
struct DestinationTests {
    private let schema: PostgresSchema

    init() throws {
        schema = try PostgresSchema(
            .shared(),
            """
            create table orders (id bigint primary key, total numeric check (total >= 0), doc jsonb, note text);
            create table effects (id text)
            """)
    }

    private static let insert: [(String, ConfigurationNode)] = [
        ("statement", "insert into orders (id, total, doc) values ($1, $2, $3)"), ("args", ["$.id", "total * 2", "$"]),
    ]

    private static let upsert: [(String, ConfigurationNode)] = [
        ("table", "orders"), ("columns", ["id": "$.id", "total": "$.total", "note": "$.note"]), ("key", "id"),
    ]

    private static let rows: [(String, ConfigurationNode)] = [
        ("table", "orders"), ("columns", ["id": "$.id", "total": "$.total"]),
    ]

    @Test("Values of paths and expressions become parameters; what is missing is NULL")
    func values() async throws {
        let sent = try await schema.send(
            [#"{"id":1,"total":1.25}"#, #"{"id":9007199254740993}"#, "{\"id\":3,\"total\":null}"],
            to: [
                ("statement", "insert into orders (id, total, doc) values ($1, $2, $3)"),
                ("args", ["id", "$.total", "$"]),
            ])
        #expect(sent == ["accepted", "accepted", "accepted"])
        #expect(
            try schema.sql("select id, total, doc from orders order by id") == [
                #"1|1.25|{"id": 1, "total": 1.25}"#, #"3||{"id": 3, "total": null}"#,
                #"9007199254740993||{"id": 9007199254740993}"#,
            ])
        #expect(try await schema.send([#"{"id":7,"total":4}"#], to: Self.insert) == ["accepted"])
        #expect(try schema.sql("select total from orders where id = 7") == ["8"])
    }

    @Test(
        "Each value goes to its own parameter, where some are paths, some expressions, and one leads through an array")
    func mixed() async throws {
        let sent = try await schema.send(
            [
                #"{"note":"","items":{"id":11}}"#, #"{"note":null,"items":[{"id":12}]}"#, #"{"items":{"id":13}}"#,
            ],
            to: [
                ("statement", "insert into orders (note, id, total, doc) values ($1, $2, $3, $4)"),
                ("args", ["note", "items.id", "items.id * 2", "$exists(note) ? items"]),
            ])
        #expect(sent == ["accepted", "accepted", "accepted"])
        #expect(
            try schema.sql("select id, total, note is null, doc from orders order by id") == [
                #"11|22|f|{"id": 11}"#, #"12|24|t|[{"id": 12}]"#, "13|26|t|",
            ])
    }

    @Test(
        "What the database refuses is found by its place, whatever way the batch went, and its neighbours are stored",
        arguments: [1, 3, 40, 200, 1000])
    func poison(_ size: Int) async throws {
        let inbox: [(String, ConfigurationNode)] = [("inbox", true)]
        for node in [Self.insert, Self.upsert, Self.rows, Self.rows + inbox] {
            try schema.sql("truncate orders")
            // A check, a value out of range, one that is no number, one that can't be sent at all.
            let flaws = [
                #"{"id":0,"total":-1}"#, #"{"id":99999999999999999999,"total":1}"#, #"{"id":"x","total":1}"#,
                "{\"id\":{}}",
            ]
            var bodies = (1...size).map { "{\"id\":\($0),\"total\":\($0)}" }
            var places: [Int] = []
            for (number, flaw) in flaws.enumerated() {
                let place = number * size / 4
                bodies.insert(flaw, at: place + number)
                places.append(place + number)
            }
            let sent = try await schema.send(bodies, to: node)
            #expect(sent.indices.filter { sent[$0] != "accepted" } == places)
            #expect(sent[places[0]].hasPrefix("IE3302 new row for relation \"orders\" violates check constraint"))
            #expect(sent[places[3]].contains("the value of `$1` is an object") || sent[places[3]].contains("IE"))
            #expect(try schema.sql("select count(*), sum(id) from orders") == ["\(size)|\(size * (size + 1) / 2)"])
        }
    }

    @Test("Where all are refused all are named")
    func allPoison() async throws {
        let sent = try await schema.send((0..<20).map { "{\"id\":\($0),\"total\":-1}" }, to: Self.upsert)
        #expect(sent.count { $0.hasPrefix("IE3302") } == 20)
        #expect(try schema.sql("select count(*) from orders") == ["0"])
    }

    @Test("An upsert brings the row up to date, the last of several with one key wins, and names are quoted")
    func upserts() async throws {
        try schema.sql(#"create table "Odd ""Name" ("select" int primary key, "a.b" text)"#)
        let node: [(String, ConfigurationNode)] = [
            ("table", #""Odd ""Name""#), ("columns", ["select": "id", "a.b": "v"]), ("key", "select"),
        ]
        let bodies = (0..<10).map { "{\"id\":\($0 % 3),\"v\":\"\($0)\"}" }
        #expect(try await schema.send(bodies, to: node).allSatisfy { $0 == "accepted" })
        #expect(try schema.sql(#"select * from "Odd ""Name" order by 1"#) == ["0|9", "1|7", "2|8"])
        #expect(try await schema.send(bodies, to: node + [("on_conflict", "ignore")]).allSatisfy { $0 == "accepted" })
        #expect(try schema.sql(#"select * from "Odd ""Name" order by 1"#) == ["0|9", "1|7", "2|8"])
    }

    @Test("A key that exists is refused where nothing else is said, and only that row")
    func duplicates() async throws {
        try schema.sql("insert into orders values (5)")
        let sent = try await schema.send((0..<60).map { "{\"id\":\($0)}" }, to: Self.rows)
        #expect(sent.indices.filter { sent[$0] != "accepted" } == [5])
        #expect(
            sent[5] == "IE3302 duplicate key value violates unique constraint \"orders_pkey\" "
                + "(table \(schema.name).orders, constraint orders_pkey)")
    }

    @Test("A constraint that is checked at COMMIT is found as well")
    func deferred() async throws {
        try schema.sql(
            """
            create table lines (id int, parent bigint references orders deferrable initially deferred);
            insert into orders values (1)
            """)
        let sent = try await schema.send(
            (0..<9).map { "{\"id\":\($0),\"parent\":\($0 == 6 ? 2 : 1)}" },
            to: [("statement", "insert into lines values ($1, $2)"), ("args", ["id", "parent"])])
        #expect(sent.indices.filter { sent[$0] != "accepted" } == [6])
        #expect(try schema.sql("select count(*) from lines") == ["8"])
    }

    @Test(
        "SQL in values stays text",
        arguments: [
            "'; drop table orders; --", "$1", "\\'; select 1 --", "'||(select 1)||'", "\\", "a\tb\nc\r", "%s%n",
            "\u{202e}x", "\\N", "\\.", "{\"a\": 1}", "NULL", "' OR '1'='1", "1); delete from orders where (1=1",
        ])
    func injection(_ text: String) async throws {
        let json = try #require(Self.json(text))
        let bodies = (0..<60).map { "{\"id\":\($0),\"note\":\(json)}" }
        for node in [
            [("statement", "insert into effects values ($1)"), ("args", ["note"])],
            [("table", "effects"), ("columns", ["id": "note"])],
        ] as [[(String, ConfigurationNode)]] {
            #expect(try await schema.send(Array(bodies.prefix(2)), to: node) == ["accepted", "accepted"])
            #expect(try await schema.send(bodies, to: node).allSatisfy { $0 == "accepted" })
        }
        let hex = text.utf8.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        #expect(
            try schema.sql("select count(*) from effects where id = convert_from('\\x\(hex)', 'utf8')") == ["124"])
        #expect(try schema.sql("select count(*) from effects") == ["124"])
    }

    private static func json(_ text: String) -> String? {
        var escaped: [UInt8] = []
        StringEscapes.append(text.utf8, to: &escaped)
        return "\"" + String(decoding: escaped, as: UTF8.self) + "\""
    }

    @Test("NUL in a text is refused alone, and a message of 16 MiB goes through")
    func extremes() async throws {
        let node: [(String, ConfigurationNode)] = [
            ("statement", "insert into effects values ($1)"), ("args", ["note"]),
        ]
        let large = "{\"note\":\"" + String(repeating: "x", count: 16_777_190) + "\"}"
        let sent = try await schema.send([#"{"note":"a\u0000b"}"#, large, #"{"note":"c"}"#, "no JSON"], to: node)
        #expect(sent[0].hasPrefix("IE3307 the value of `$1` holds the character NUL"))
        #expect(sent[1] == "accepted" && sent[2] == "accepted")
        #expect(sent[3].hasPrefix("IE20"), "\(sent[3])")
        #expect(try schema.sql("select length(id) from effects order by 1") == ["1", "16777190"])
    }

    @Test("A statement that can't be prepared, or whose parameters don't fit, is no message's fault")
    func wrongStatement() async throws {
        for (statement, words) in [
            ("insert into nowhere values ($1)", "relation \"nowhere\" does not exist"),
            ("insert into orders (idd) values ($1)", "column \"idd\" of relation \"orders\" does not exist"),
            ("insert into orders (id, total) values ($1, $2)", "the statement has 2 parameters, but `args` has 1"),
            ("insert into orders (id) values ($1); drop table orders", "cannot insert multiple commands"),
        ] {
            let error = await failure {
                _ = try await schema.send(
                    ["{\"id\":1}"], to: [("statement", .string(statement)), ("args", ["$.id"])])
            }
            #expect(error?.code == .sqlStatementInvalid && error?.code.retryClass == .connection)
            #expect(error?.message.contains(words) == true, "\(String(describing: error))")
        }
        #expect(try schema.sql("select count(*) from orders") == ["0"])
    }

    @Test("A serialization failure is tried again as a whole, and nothing of it was stored")
    func conflicts() async throws {
        try schema.sql(
            """
            create function conflict() returns trigger language plpgsql as
            $$ begin raise exception 'could not serialize' using errcode = '40001'; end $$;
            create trigger c before insert on orders for each row when (new.id = 3) execute function conflict()
            """)
        let error = await failure {
            _ = try await schema.send((0..<5).map { "{\"id\":\($0),\"total\":1}" }, to: Self.insert)
        }
        #expect(error?.code == .sqlConflict && error?.isRetryable == true)
        #expect(try schema.sql("select count(*) from orders") == ["0"])
    }

    @Test("With an inbox a message that comes again has no effect again, and one that was refused may come again")
    func inbox() async throws {
        let node: [(String, ConfigurationNode)] = [
            ("statement", "insert into orders (id, total) values ($1, $2)"), ("args", ["id", "total"]), ("inbox", true),
        ]
        let bodies = (0..<10).map { "{\"id\":\($0),\"total\":\($0 == 4 ? -1 : 1)}" }
        for _ in 0..<2 {
            let sent = try await schema.send(bodies, to: node)
            #expect(sent.indices.filter { sent[$0] != "accepted" } == [4])
        }
        #expect(try schema.sql("select count(*) from orders") == ["9"])
        #expect(try schema.sql("select count(*) from integration_inbox") == ["9"])
        // Another destination has its own.
        let other: [(String, ConfigurationNode)] = [
            ("table", "effects"), ("columns", ["id": "$string(id)"]), ("inbox", true),
        ]
        for _ in 0..<2 { #expect(try await schema.send(bodies, to: other).allSatisfy { $0 == "accepted" }) }
        #expect(try schema.sql("select count(*) from effects") == ["10"])
    }

    @Test("In bulk an inbox keeps repetitions out as well, and what it took in with what was refused comes again")
    func inboxInBulk() async throws {
        try schema.sql("create table bulk (n int check (n <> 70), via text default current_query())")
        let node: [(String, ConfigurationNode)] = [("table", "bulk"), ("columns", ["n": "id"]), ("inbox", true)]
        let bodies = (0..<100).map { "{\"id\":\($0)}" }
        for _ in 0..<2 {
            let sent = try await schema.send(Array(bodies[..<60]), to: node)
            #expect(sent.allSatisfy { $0 == "accepted" })
        }
        #expect(try schema.sql("select count(*) from bulk where via like 'copy %'") == ["60"])
        // Forty are new, too few for COPY; then all are, and one is to blame.
        let some = try await schema.send(bodies, to: node)
        #expect(some.indices.filter { some[$0] != "accepted" } == [70])
        #expect(try schema.sql("select count(*) from bulk") == ["99"])
        try schema.sql("truncate bulk, integration_inbox")
        let sent = try await schema.send(bodies, to: node)
        #expect(sent.indices.filter { sent[$0] != "accepted" } == [70])
        #expect(try schema.sql("select count(*), count(distinct n) from bulk") == ["99|99"])
        #expect(try schema.sql("select count(*) from integration_inbox") == ["99"])
    }

    @Test("Two who send the same message at once have its effect once")
    func inboxRace() async throws {
        let destination = try schema.destination([
            ("statement", "insert into effects values ($1)"), ("args", ["$string(id)"]), ("inbox", true),
        ])
        let bodies = (0..<50).map { "{\"id\":\($0)}" }
        try await destination.withSender(in: .quiet()) { sender in
            try await withThrowingTaskGroup(of: SendReport.self) { group in
                for _ in 0..<6 { group.addTask { try await sender.send(Batch(bodies)) } }
                for try await report in group { #expect(report.refused.isEmpty) }
            }
        }
        #expect(try schema.sql("select count(*), count(distinct id) from effects") == ["50|50"])
    }

    @Test("Endpoints of one connector share its connections")
    func sharing() async throws {
        let makers = try TestMakers(connector: schema.connector([("pool", ["max_connections": 1])]))
        let node: ConfigurationNode = [
            "connector": "db", "statement": "insert into effects select pg_backend_pid()::text where $1::int > 0",
            "args": ["id"],
        ]
        let (first, second) = (try makers.destination(node), try makers.destination(node))
        try await first.withSender(in: .quiet()) { one in
            try await second.withSender(in: .quiet()) { other in
                for sender in [one, other] {
                    let report = try await sender.send(Batch(["{\"id\":1}"]))
                    #expect(report.refused.isEmpty)
                }
            }
        }
        #expect(try schema.sql("select count(*), count(distinct id) from effects") == ["2|1"])
    }
}
