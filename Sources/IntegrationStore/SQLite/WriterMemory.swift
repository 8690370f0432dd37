internal import IntegrationCore

/// What the writer knows without asking the database.
struct WriterMemory: Sendable {
    var queues: [QueueName: QueueMemory] = [:]
    var lastQueue: Int64 = 0
    /// Bodies of dead letters.
    var deadLetterBytes = 0
    var eventBytes = 0
    /// Queues whose row is to be written before the next commit.
    var dirty: Set<QueueName> = []
    var isMetaDirty = false

    /// The queue of that name, made where there is none; its row is written with the counters.
    mutating func withQueue<R>(
        _ name: QueueName, _ body: (inout QueueMemory) throws(IntegrationError) -> R
    ) throws(IntegrationError) -> R {
        dirty.insert(name)
        var queue: QueueMemory
        if let known = queues.removeValue(forKey: name) {
            queue = known
        } else {
            guard (1...255).contains(name.text.utf8.count) else {
                throw IntegrationError(
                    .storeRefused, "the name of a queue has 1 to 255 bytes, and this one \(name.text.utf8.count)")
            }
            lastQueue += 1
            queue = QueueMemory(number: lastQueue, settings: .unlimited, next: 0, messages: 0, bytes: 0)
        }
        defer { queues[name] = queue }
        return try body(&queue)
    }

    /// A lease that is still good.
    ///
    /// - Throws: `leaseLost`.
    mutating func withLease<R>(
        _ lease: Lease, now: Duration, _ body: (inout QueueMemory, inout LeaseMemory) throws(IntegrationError) -> R
    ) throws(IntegrationError) -> R {
        guard var queue = queues[lease.queue], var held = queue.leases[lease.token] else {
            throw IntegrationError(.leaseLost, "the lease \(lease.token) of queue `\(lease.queue)` is over")
        }
        guard held.deadline > now else {
            throw IntegrationError(
                .leaseLost,
                "the lease \(lease.token) of queue `\(lease.queue)` expired \((now - held.deadline).milliseconds) ms ago"
            )
        }
        queues[lease.queue] = nil
        queue.leases[lease.token] = nil
        let result = try body(&queue, &held)
        if !held.entries.isEmpty { queue.leases[lease.token] = held }
        queues[lease.queue] = queue
        return result
    }
}
