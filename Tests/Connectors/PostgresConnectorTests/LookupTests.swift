import ConnectorTestSupport
import IntegrationCore
import Testing

@Suite("The PostgreSQL lookup", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.absence)"))
struct LookupTests {
    private let schema: PostgresSchema

    init() throws {
        schema = try PostgresSchema(
            .shared(),
            """
            create table customers (id int primary key, name text, rate numeric, tags text[], at timestamptz);
            insert into customers values (1, 'Ann', 1.50, '{a,b}', '2026-03-01 12:00:00+00'), (2, null, null, null, null);
            create table items (customer int, name text); insert into items values (1, 'x'), (1, 'y')
            """)
    }

    private static let ann =
        #"{"id":1,"name":"Ann","rate":1.50,"tags":["a","b"],"at":"2026-03-01T12:00:00Z"}"#
    private static let two = #"{"id":2,"name":null,"rate":null,"tags":null,"at":null}"#

    @Test("One query answers many keys, and each key gets its row")
    func together() async throws {
        let found = try await schema.find(
            ["2", "7", "1", "1"],
            in: [("statement", "select * from customers where id = any($1)"), ("key", "id")])
        #expect(found == [Self.two, "missing", Self.ann, Self.ann])
    }

    @Test("A query for each key works too, with all of them on the way at once")
    func each() async throws {
        let found = try await schema.find(
            ["1", "9", "2"], in: [("statement", "select * from customers where id = $1")])
        #expect(found == [Self.ann, "missing", Self.two])
    }

    @Test("A key that is no value of the column's type fails alone")
    func wrongKeys() async throws {
        for node in [
            [("statement", "select * from customers where id = any($1)"), ("key", "id")],
            [("statement", "select * from customers where id = $1")],
        ] as [[(String, ConfigurationNode)]] {
            let found = try await schema.find(["1", "x", "2", "99999999999", "'; drop table items; --"], in: node)
            #expect(found[0] == Self.ann && found[2] == Self.two)
            #expect(found[1] == #"IE3302 invalid input syntax for type integer: "x""#)
            #expect(found[3].hasPrefix("IE3302 value \"99999999999\" is out of range"))
            #expect(found[4].hasPrefix("IE3302"))
        }
        #expect(try schema.sql("select count(*) from items") == ["2"])
    }

    @Test("Several rows for one key are an error, unless all are asked for")
    func several() async throws {
        let statement: (String, ConfigurationNode) = ("statement", "select * from items where customer = any($1)")
        let one = try await schema.find(["1"], in: [statement, ("key", "customer")])
        #expect(one == ["IE3302 the query gave several rows for one key"])
        let all = try await schema.find(["1", "2"], in: [statement, ("key", "customer"), ("single", false)])
        #expect(all == [#"{"rows":[{"customer":1,"name":"x"},{"customer":1,"name":"y"}]}"#, "missing"])
    }

    @Test("Keys of a uuid are found however they are written")
    func uuids() async throws {
        let found = try await schema.find(
            ["A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"],
            in: [
                ("statement", "select k as id from unnest($1::uuid[]) k"), ("key", "id"),
            ])
        #expect(found == [#"{"id":"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"}"#])
    }

    @Test(
        "Keys are found as the database compares them, however they are written",
        arguments: [
            ("int", "7", ["007", "+7", " 7", "7", "8"], "11110"),
            ("numeric", "1.50", ["1.5", "1.500", "15e-1", "2"], "1110"),
            ("char(5)", "ab", ["ab", "ab   ", "abc"], "110"), ("citext", "Ann", ["ann", "ANN", "An"], "110"),
            ("text", "Ann", ["ann", "Ann", "Ann "], "010"), ("varchar(9)", "a\"b", ["a\"b", "a"], "10"),
            ("timestamptz", "2026-03-01 12:00:00+00", ["2026-03-01T13:00:00+01:00", "2026-03-01 12:00:00"], "11"),
            ("date", "2026-03-01", ["2026-03-01", "Mar 1 2026", "2026-03-02"], "110"),
            ("float8", "0.5", [".5", "5e-1", "0.6"], "110"), ("bool", "true", ["t", "yes", "true", "no"], "1110"),
            ("uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", ["{A0EEBC99-9C0B4EF8BB6D6BB9BD380A11}"], "1"),
            ("inet", "10.0.0.1", ["10.0.0.1/32", "10.0.0.2"], "10"), ("bigint[]", "{1,2}", ["{ 1, 02 }", "{1}"], "10"),
        ] as [(String, String, [String], String)])
    func forms(_ type: String, _ value: String, _ keys: [String], _ expected: String) async throws {
        if type == "citext" { try schema.sql("create extension citext schema \(schema.name)") }
        try schema.sql("create table things (k \(type), n int); insert into things values ('\(value)', 1), (null, 2)")
        for statement in [
            "select k, n from things where k = any($1::\(type.replacing("char(5)", with: "bpchar"))[])",
            // Whatever it says of the keys, its column tells whose a row is.
            "select k, n from things where $1::text[] is not null",
        ] where !(type.hasSuffix("[]") && statement.contains("any")) {
            let found = try await schema.find(keys, in: [("statement", .string(statement)), ("key", "k")])
            #expect(found.map { $0.hasSuffix(#""n":1}"#) ? "1" : "0" }.joined() == expected, "\(statement): \(found)")
        }
    }

    @Test("Keys of a type that knows no equality are found by their text")
    func noEquality() async throws {
        let found = try await schema.find(
            ["{\"a\":1}", "{}"],
            in: [("statement", "select k::json as id from unnest($1::text[]) k where k <> '{}'"), ("key", "id")])
        #expect(found == [#"{"id":{"a":1}}"#, "missing"])
    }

    @Test("No more rows are fetched than may be used, and a statement that changes something still does")
    func limits() async throws {
        try schema.sql("create sequence read; create table log (id int)")
        // Without an end, and with a comment at its own.
        let endless = """
            with recursive g (n) as (select 1 union all select n + 1 from g)
            select nextval('read')::int as id from g where $1 is not null -- as many as are taken
            """
        for (key, single) in [("id", false), (nil, false), (nil, true)] as [(String?, Bool)] {
            let sql = endless.replacing("$1", with: key == nil ? "$1::int" : "$1::text[]")
            var node: [(String, ConfigurationNode)] = [
                ("statement", .string(sql)), ("max_rows", 50), ("single", single ? true : false),
            ]
            if let key { node.append(("key", .string(key))) }
            var words = ""
            do {
                words = try await schema.find(["1"], in: node).joined()
            } catch let error as IntegrationError {
                words = error.message
            }
            #expect(words.contains(single ? "several rows" : "`max_rows` is 50"), "\(words)")
        }
        #expect(try schema.sql("select last_value < 1000 from read") == ["t"])
        for statement in [
            "insert into log values ($1) returning id",
            "with a as (insert into log values ($1) returning id) select * from a",
        ] {
            #expect(try await schema.find(["5"], in: [("statement", .string(statement))]) == [#"{"id":5}"#])
        }
        #expect(try schema.sql("select count(*) from log") == ["2"])
    }

    @Test("A query that lacks the column of its keys, or can't be prepared, is the service's failure")
    func wrongQueries() async throws {
        for (statement, code) in [
            ("select name from customers where id = any($1)", ErrorCode.sqlAnswerInvalid),
            ("select * from nowhere where id = any($1)", .sqlStatementInvalid),
        ] {
            let error = await failure {
                _ = try await schema.find(["1"], in: [("statement", .string(statement)), ("key", "id")])
            }
            #expect(error?.code == code)
        }
        let many = await failure {
            _ = try await schema.find(
                ["1"],
                in: [
                    ("statement", "select g as id from generate_series(1, 20) g where $1::int[] is not null"),
                    ("key", "id"), ("max_rows", 10),
                ])
        }
        #expect(many?.code == .sqlAnswerInvalid && many?.message.contains("`max_rows` is 10") == true)
    }
}
