import ConnectorTestSupport
import Testing

/// `connector test` against real servers, from the command line.
@Suite("Connectors to real servers", .timeLimit(.minutes(2)))
struct ServerConnectorTests {
    @Test(.enabled(if: PostgresServer.isInstalled, "\(PostgresServer.absence)"))
    func `every table and column that flows and services need is looked for, each in a line of its own`() throws {
        let schema = try PostgresSchema(.shared(), "create table orders (id bigint primary key, doc jsonb)")
        let folder = try Folder()
        try folder.write(
            "integration.yaml",
            """
            connectors:
              database: {type: postgres, url: "\(schema.url())"}
            services:
              customers: {connector: database, statement: "select id, name from customers where id = any($1)", key: id}
            destinations:
              archive: {connector: database, table: orders, columns: {id: $.id, dok: $}}
            flows:
              in:
                source: {type: generate, rate: 5, body: {id: 1}}
                destination: {connector: database, table: orders, columns: {id: $.id, doc: $}, key: id}
              old:
                source: {connector: database, query: "select id, doc from orders", position: id}
                destination: archive

            """)
        let test = try Executable.run(["connector", "test", "database"], in: folder)
        #expect(test.status == 69, "\(test.words)")
        let lines = test.output.split(separator: "\n").filter { $0.contains(" endpoint ") }
        #expect(lines.count == 4, "\(test.output)")
        #expect(
            test.output.contains("✓ endpoint       flow in, destination: the table orders takes id bigint, doc jsonb"))
        #expect(test.output.contains("✓ endpoint       flow old, source: the query gives id bigint, doc jsonb, by id"))
        #expect(
            test.output.contains(#"✗ endpoint       service customers: relation "customers" does not exist"#),
            "\(test.output)")
        #expect(
            test.output.contains(
                #"✗ endpoint       destination archive: column "dok" of relation "orders" does not exist"#))
        #expect(test.words.contains("Error: The database does not take the statement [IE3301]\nCause: "))
        #expect(test.words.contains("\nSolution: "))
        let json = try Executable.run(["connector", "test", "database", "-o", "json"], in: folder)
        #expect(json.status == 69)
        #expect(json.output.contains(#""reachable":false"#))
        #expect(json.output.contains(#""subject":"destination archive""#), "\(json.output)")
        #expect(json.output.contains(#""subject":null"#))
        try schema.sql("create table customers (id int, name text); alter table orders add dok jsonb")
        let mended = try Executable.run(["connector", "test", "database"], in: folder)
        #expect(mended.status == 0, "\(mended.output)\(mended.words)")
    }

    @Test(.enabled(if: RabbitServer.isInstalled, "\(RabbitServer.absence)"))
    func `a queue that nobody declares, and an exchange of another type, are said`() throws {
        let broker = try RabbitServer.shared()
        let name = RabbitServer.freshName("cli")
        let folder = try Folder()
        func write(_ file: String, _ type: String, _ queues: String, _ more: String = "") throws {
            try folder.write(
                file,
                """
                connectors:
                  broker:
                    type: rabbitmq
                    url: amqp://127.0.0.1:\(broker.port)
                    exchanges: [{name: \(name), type: \(type), auto_delete: true}]
                    queues: \(queues)
                flows:
                  out:
                    source: {type: file, path: in.ndjson}
                    destination: {connector: broker, exchange: \(name), routing_key: a}
                \(more)

                """)
        }
        let back = "  back: {source: {connector: broker, queue: \(name)}, destination: {type: drop}}"
        try write("integration.yaml", "topic", "[]", back)
        let missing = try Executable.run(["connector", "test", "broker"], in: folder)
        #expect(missing.status == 69)
        #expect(missing.output.contains("✓ endpoint       flow out, destination: the durable topic exchange `\(name)`"))
        #expect(missing.output.contains("✗ endpoint       flow back, source: the queue `\(name)` is not there"))
        #expect(missing.words.contains("Error: The broker does not have it [IE3403]"), "\(missing.words)")
        #expect(missing.words.contains("declare it in `queues` of the connector `broker`"))
        let queues = "[{name: \(name), bindings: [{exchange: \(name), routing_key: a}]}]"
        try write("out.yaml", "topic", queues)
        try folder.write("in.ndjson", "{}\n")
        let run = try Executable.run(["run", "out.yaml", "--until-idle"], in: folder)
        #expect(run.status == 0, "\(run.words)")
        #expect(try Executable.run(["connector", "test", "broker"], in: folder).status == 0)
        try write("integration.yaml", "fanout", "[]", back)
        let other = try Executable.run(["connector", "test", "broker"], in: folder)
        #expect(other.status == 69)
        #expect(other.words.contains("Error: It is there, but of another kind [IE3404]"), "\(other.words)")
    }
}
