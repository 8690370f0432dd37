import ConnectorTestSupport
import IntegrationCore
import Testing

/// What endpoints find out about the database that they need, before the first message.
@Suite("Checks of PostgreSQL endpoints", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.absence)"))
struct EndpointCheckTests {
    private let schema: PostgresSchema

    init() throws {
        schema = try PostgresSchema(
            .shared(), "create table orders (id bigint primary key, customer text, total numeric(10, 2), doc jsonb)")
    }

    /// What the check says, or its code, its message and what to do.
    private func words(_ endpoint: any Sendable) async throws -> String {
        let check = try #require(endpoint as? any EndpointCheck)
        do throws(IntegrationError) {
            return try await check.check(in: .quiet())
        } catch {
            return ([error.code.id, error.message] + [error.remedy].compactMap(\.self)).joined(separator: " | ")
        }
    }

    private func table(
        _ name: String, _ columns: [(String, ConfigurationNode)], _ more: (String, ConfigurationNode)...
    )
        async throws -> String
    {
        try await words(
            schema.destination([("table", .string(name)), ("columns", .mapping(columns))] + more))
    }

    @Test
    func `a table is described by the types of the columns that are written`() async throws {
        #expect(
            try await table("orders", [("id", "$.id"), ("total", "$.total"), ("doc", "$")], ("key", "id"))
                == "the table orders takes id bigint, total numeric, doc jsonb")
        #expect(try schema.sql("select count(*) from orders") == ["0"])
    }

    @Test
    func `a table, a column and an index that are not there are said, with what to do`() async throws {
        let absent = try await table("ordres", [("id", "$.id")])
        #expect(absent.hasPrefix(#"IE3301 | relation "ordres" does not exist | Create the table, or correct"#))
        let column = try await table("orders", [("id", "$.id"), ("totel", "$.total")])
        #expect(
            column.hasPrefix(#"IE3301 | column "totel" of relation "orders" does not exist | Correct the column's"#))
        let index = try await table("orders", [("id", "$.id"), ("customer", "$.customer")], ("key", "customer"))
        #expect(index.hasPrefix("IE3301 | there is no unique or exclusion constraint matching"), "\(index)")
        #expect(index.contains("| Create a unique index"))
    }

    @Test
    func `a statement is described, and its mistakes are said`() async throws {
        let fine = try schema.destination([
            ("statement", "update orders set total = $2 where id = $1"), ("args", ["$.id", "$.total"]),
        ])
        #expect(try await words(fine) == "the statement takes $1 bigint, $2 numeric")
        let count = try schema.destination([
            ("statement", "delete from orders where id = $1"), ("args", ["$.id", "$.total"]),
        ])
        #expect(try await words(count).hasPrefix("IE3301 | the statement has 1 parameters, but `args` has 2"))
        let syntax = try schema.destination([("statement", "insert orders")])
        #expect(try await words(syntax).hasPrefix(#"IE3301 | syntax error at or near "orders""#))
    }

    @Test
    func `a right that is missing is said, for the table and for the inbox`() async throws {
        let name = "u\(UInt64.random(in: 0 ... .max))"
        try schema.sql(
            "create role \(name) login; grant usage on schema \(schema.name) to \(name); grant select on orders to \(name)"
        )
        defer { _ = try? schema.sql("drop owned by \(name); drop role \(name)") }
        let url = schema.url().replacing("postgres@", with: "\(name)@")
        func destination(_ more: [(String, ConfigurationNode)] = []) throws -> any Destination {
            try TestMakers(connector: ["url": .string(url)]).destination(
                .mapping([("connector", "db"), ("table", "orders"), ("columns", ["id": "$.id"])] + more))
        }
        let right = try await words(destination())
        #expect(right.hasPrefix("IE3301 | permission denied for table orders | Grant the user this right"))
        try schema.sql("grant insert on orders to \(name)")
        #expect(try await words(destination()) == "the table orders takes id bigint")
        let inbox = try await words(destination([("inbox", true)]))
        #expect(inbox.hasPrefix("IE3301 | the table integration_inbox is not there, and the user may not create it"))
    }

    @Test
    func `an inbox that is not there is made at the first use, and not by the check`() async throws {
        let words = try await table("orders", [("id", "$.id")], ("inbox", true))
        #expect(words.hasSuffix("; the inbox is the table integration_inbox, made at the first use"))
        #expect(try schema.sql("select to_regclass('integration_inbox') is null") == ["t"])
        _ = try await schema.send(
            ["{\"id\":1}"], to: [("table", "orders"), ("columns", ["id": "$.id"]), ("inbox", true)])
        let after = try await table("orders", [("id", "$.id")], ("inbox", true))
        #expect(after.hasSuffix("; the inbox is the table integration_inbox"), "\(after)")
    }

    @Test
    func `a lookup is checked without running its query`() async throws {
        func lookup(_ statement: String, _ key: ConfigurationNode = "id") throws -> any Lookup {
            try TestMakers(connector: schema.connector()).lookup([
                "connector": "db", "statement": .string(statement), "key": key,
            ])
        }
        #expect(
            try await words(lookup("select id, total from orders where id = any($1)"))
                == "the query gives id bigint, total numeric for $1 bigint[]")
        let key = try await words(lookup("select total from orders where id = any($1)"))
        #expect(key == "IE3309 | the query gives no column `id` (`key`)", "\(key)")
        let table = try await words(lookup("select id from customers where id = any($1)"))
        #expect(table.hasPrefix(#"IE3301 | relation "customers" does not exist"#))
        try schema.sql("create sequence s")
        _ = try await words(lookup("select id, nextval('s') from orders where id = any($1)"))
        #expect(try schema.sql("select is_called from s") == ["f"])
    }

    @Test
    func `sources say whether their query has its position, and their queue can be had`() async throws {
        let poll = try schema.source([("query", "select id, doc from orders"), ("position", "id")])
        #expect(try await words(poll) == "the query gives id bigint, doc jsonb, by id")
        let position = try schema.source([("query", "select doc from orders"), ("position", "id")])
        #expect(try await words(position).contains("the query gives no column `id` (`position`)"))
        let queue = try schema.source([("queue", "order_queue")])
        #expect(try await words(queue) == "the queue is the table order_queue, made at the first use")
        try schema.sql("create table order_queue (id bigint, body text)")
        #expect(try await words(queue).hasPrefix(#"IE3301 | column "due" does not exist"#))
    }
}
