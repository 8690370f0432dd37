import ConnectorTestSupport

extension Topology {
    /// From a queue into tables whose inbox has each effect once.
    static func queueToTables(_ schema: PostgresSchema) -> Topology {
        var topology = Topology(
            name: "queue → PostgreSQL",
            flows: queueToQueues.flows.replacing("max_attempts: 3", with: "max_attempts: 1000"),
            sinks: [.high: .table(schema, "high"), .regular: .table(schema, "regular"), .dead: .deadLetters("failed")])
        topology.connectors = """
            connectors:
              db:
                type: postgres
                url: \(schema.url())
                timeout: 5s
                circuit_breaker: {open_for: 200ms}

            """
        return topology
    }

    static func destination(table: String) -> String {
        "{connector: db, statement: insert into \(table) values ($1), args: [$], inbox: true}"
    }
}
