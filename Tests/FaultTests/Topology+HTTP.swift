extension Topology {
    /// Who is kept waiting until his message is stored: in front of a queue, in front of steps whose outcome is part of
    /// the same transaction, and in front of files, where the message waits in the flow's intake queue.
    static func overHTTP(port: Int) -> [Topology] {
        let source = webhook(port)
        let load = intake(port)
        return [
            Topology(name: "HTTP → queue → queues", flows: load + sorting(source: fromQueue), sinks: intoQueues),
            Topology(name: "HTTP → queues", flows: sorting(source: source), sinks: intoQueues),
            Topology(
                name: "HTTP → files", flows: sorting(source: source), sinks: intoFiles,
                copiesPerKill: lanes * max(batch, 100)),
        ]
    }

    /// Where a recording server writes.
    static let record = "sink.log"

    /// From HTTP through a queue to HTTP, where the server that it ends at is killed as well.
    ///
    /// - Parameter sink: the port of that server.
    static func throughHTTP(port: Int, sink: Int) -> Topology {
        var topology = Topology(
            name: "HTTP → queue → HTTP", flows: intake(port) + sorting(source: fromQueue, attempts: 1000),
            sinks: [.high: .http("/high"), .regular: .http("/regular"), .dead: .deadLetters("failed")],
            copiesPerKill: lanes * batch)
        topology.connectors = """
            connectors:
              sink:
                type: http
                base_url: "http://127.0.0.1:\(sink)"
                timeout: 5s
                circuit_breaker: {open_for: 200ms}

            """
        return topology
    }

    private static func webhook(_ port: Int) -> String {
        "{type: http, listen: \"127.0.0.1:\(port)\", path: /orders, ack: stored, reply: {status: 202}, "
            + "batch_size: \(batch), idempotency_key: \"{{ $meta.headers.`idempotency-key` }}\"}"
    }

    static func intake(_ port: Int) -> String {
        """
          load:
            source: \(webhook(port))
            destination: orders

        """
    }
}
