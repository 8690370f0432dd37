extension Topology {
    /// Who is kept waiting until his message is stored: in front of a queue, in front of steps whose outcome is part of
    /// the same transaction, and in front of files, where the message waits in the flow's intake queue.
    static func overHTTP(port: Int) -> [Topology] {
        let source =
            "{type: http, listen: \"127.0.0.1:\(port)\", path: /orders, ack: stored, reply: {status: 202}, "
            + "batch_size: \(batch), idempotency_key: \"{{ $meta.headers.`idempotency-key` }}\"}"
        let load = """
              load:
                source: \(source)
                destination: orders

            """
        return [
            Topology(name: "HTTP → queue → queues", flows: load + sorting(source: fromQueue), sinks: intoQueues),
            Topology(name: "HTTP → queues", flows: sorting(source: source), sinks: intoQueues),
            Topology(
                name: "HTTP → files", flows: sorting(source: source), sinks: intoFiles,
                copiesPerKill: lanes * max(batch, 100)),
        ]
    }
}
