import ConnectorTestSupport

extension Feed {
    /// The queue `incoming` of a broker.
    static func rabbit(_ server: RabbitServer) -> Feed {
        let queue = RabbitQueue(Topology.rabbitQueue, port: server.port)
        return Feed {
            try await queue.put($0)
        } rest: { _ in
            try server.count(in: Topology.rabbitQueue)
        }
    }

    /// The table `incoming`; its rows are gone when they are through.
    static func queueTable(_ schema: PostgresSchema) -> Feed {
        Feed(put: insert(schema)) { _ in Int(try schema.sql("select count(*) from incoming").first ?? "") ?? -1 }
    }

    /// The table `incoming`, whose rows are copied to `landed`.
    static func query(_ schema: PostgresSchema) -> Feed {
        Feed(put: insert(schema)) { accepted in
            accepted - (Int(try schema.sql("select count(distinct body) from landed").first ?? "") ?? 0)
        }
    }

    private static func insert(
        _ schema: PostgresSchema
    ) -> @Sendable ([(id: String, body: String)]) async throws -> Void {
        { messages in
            let rows = messages.map { "('\($0.body)')" }.joined(separator: ",")
            try schema.sql("insert into incoming (body) values \(rows); notify news")
        }
    }
}
