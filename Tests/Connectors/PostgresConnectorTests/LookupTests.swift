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
        #expect(one == ["IE3302 the query gave 2 rows for one key"])
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
