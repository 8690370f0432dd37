import ConnectorTestSupport

extension Topology {
    /// From a queue into tables whose inbox has each effect once.
    static func queueToTables(_ schema: PostgresSchema) -> Topology {
        var topology = Topology(
            name: "queue → PostgreSQL",
            flows: queueToQueues.flows.replacing("max_attempts: 3", with: "max_attempts: 1000"),
            sinks: [.high: .table(schema, "high"), .regular: .table(schema, "regular"), .dead: .deadLetters("failed")])
        topology.connectors = database(schema)
        return topology
    }

    private static func database(_ schema: PostgresSchema, port: Int? = nil) -> String {
        """
        connectors:
          db:
            type: postgres
            url: \(schema.url(port: port))
            timeout: 5s
            circuit_breaker: {open_for: 200ms}

        """
    }

    static func destination(table: String, inbox: Bool = true) -> String {
        "{connector: db, statement: insert into \(table) values ($1), args: [$], inbox: \(inbox)}"
    }

    /// The tables that sources out of PostgreSQL and their destinations need.
    static let sourceTables = """
        create table incoming (
            id bigint generated always as identity primary key, body text not null, headers jsonb,
            due timestamptz not null default clock_timestamp(), lease uuid, receives integer not null default 0,
            suspects integer not null default 0, attempts integer not null default 0);
        create table high (body text); create table regular (body text); create table landed (body text)
        """

    /// From a queue table through order-sync into tables of the same database, in one transaction with the queue.
    ///
    /// - Parameter port: of something before the server.
    static func queueTable(_ schema: PostgresSchema, port: Int? = nil, visibility: String = "2s") -> Topology {
        var topology = Topology(
            name: "queue table → tables",
            flows: sorting(
                source: """
                    {connector: db, queue: incoming, listen: news, batch_size: \(batch), \
                    visibility_timeout: \(visibility), poll_interval: 500ms}
                    """, attempts: 1000),
            sinks: [.high: .table(schema, "high"), .regular: .table(schema, "regular"), .dead: .deadLetters("failed")],
            // Only of dead letters, which are in another database than the queue.
            copiesPerKill: lanes * batch)
        topology.connectors = database(schema, port: port)
        topology.hasInbox = false
        return topology
    }

    /// From a query with a position into a table.
    static func query(_ schema: PostgresSchema, port: Int? = nil) -> Topology {
        var topology = Topology(
            name: "query → table",
            flows: """
                  copy:
                    source:
                      connector: db
                      query: select id, body from incoming
                      position: id
                      listen: news
                      batch_size: \(batch)
                      poll_interval: 500ms
                    steps: [{name: known, type: filter, config: {condition: $exists(id)}}]
                    destination: {connector: db, statement: insert into landed values ($1), args: [$.body]}
                    error_handling:
                      type: retry_then_dlq
                      retry: {max_attempts: 1000, backoff: {initial: 5ms, max: 20ms}}
                      dlq: failed

                """,
            sinks: [:], everything: .table(schema, "landed"), copiesPerKill: lanes * batch,
            stages: everyStage.filter { !$0.hasPrefix("dead-letter") })
        topology.connectors = database(schema, port: port)
        return topology
    }
}
