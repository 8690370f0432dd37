internal import IntegrationCore

/// What a change does to messages, reckoned in memory before anything is written, so that a refusal leaves no trace.
struct ChangePlan {
    /// Rows to delete: done.
    var deletes: [Range<Int64>] = []
    /// Rows whose receive count alone is raised: put back at once.
    var releases: [Range<Int64>] = []
    /// Rows that are put back with something else new.
    var reschedules: [(key: Int64, putBack: PutBack)] = []
    /// The key of the first message of each `Enqueue`.
    var firstKeys: [Int64] = []
    /// Leases of which something was settled, and what is left of each.
    var leases: [UInt64: IntervalSet] = [:]

    private static let largestBody = 512 << 20

    /// - Parameter memory: as it is after the change; worth nothing where this throws.
    /// - Throws: `leaseLost`, `queueFull` or `storeRefused`.
    init(_ change: StoreChange, _ memory: inout WriterMemory, now: Duration, wall: Int64) throws(IntegrationError) {
        for acknowledgement in change.acknowledge {
            let taken = try take(acknowledgement.sequences, of: acknowledgement.lease, from: &memory, now: now)
            try memory.withQueue(acknowledgement.lease.queue) { queue throws(IntegrationError) in
                queue.messages -= Int(taken.set.count)
                queue.bytes -= taken.bytes
                deletes += taken.set.ranges.map(queue.keys)
            }
        }
        for putBack in change.putBack { try plan(putBack, &memory, now: now, wall: wall) }
        for enqueue in change.enqueue { try plan(enqueue, &memory, wall: wall) }
    }

    private mutating func take(
        _ sequences: [UInt64], of lease: Lease, from memory: inout WriterMemory, now: Duration
    ) throws(IntegrationError) -> (set: IntervalSet, bytes: Int, isSuspect: Bool) {
        let (result, left) = try memory.withLease(lease, now: now) { _, held throws(IntegrationError) in
            switch held.take(sequences) {
            case .success(let taken): ((taken.taken, taken.bytes, held.isSuspect), held.sequences)
            case .failure(let failure):
                throw IntegrationError(
                    .leaseLost,
                    """
                    message \(failure.sequence) of queue `\(lease.queue)` is not held by lease \(lease.token) (any more)
                    """)
            }
        }
        leases[lease.token] = left
        return result
    }

    private mutating func plan(
        _ putBack: PutBack, _ memory: inout WriterMemory, now: Duration, wall: Int64
    ) throws(IntegrationError) {
        let taken = try take([putBack.sequence], of: putBack.lease, from: &memory, now: now)
        let due = putBack.due.map(\.milliseconds).flatMap { $0 > wall ? $0 : nil }
        try memory.withQueue(putBack.lease.queue) { queue throws(IntegrationError) in
            if let due {
                queue.noteDue(due)
            } else if taken.isSuspect {
                queue.suspects.insert(putBack.sequence)
            } else {
                queue.released.insert(putBack.sequence)
            }
            let key = queue.key(putBack.sequence)
            if due == nil, putBack.attempts == nil, putBack.resume == nil {
                if let last = releases.last, last.upperBound == key {
                    releases[releases.count - 1] = last.lowerBound..<key + 1
                } else {
                    releases.append(key..<key + 1)
                }
            } else {
                var stored = putBack
                stored.due = due.map { .milliseconds($0) }
                reschedules.append((key, stored))
            }
        }
    }

    private mutating func plan(
        _ enqueue: Enqueue, _ memory: inout WriterMemory, wall: Int64
    ) throws(IntegrationError) {
        var bytes = 0
        var firstDue: Int64?
        for message in enqueue.messages {
            let size = message.body.count + (message.metadata?.count ?? 0)
            guard message.body.upperBound <= enqueue.block.count,
                message.metadata?.upperBound ?? 0 <= enqueue.block.count
            else {
                throw IntegrationError(
                    .storeRefused, "message \(message.id) for queue `\(enqueue.queue)` lies outside of its block")
            }
            guard size <= Self.largestBody else {
                throw IntegrationError(
                    .storeRefused, "message \(message.id) for queue `\(enqueue.queue)` has \(size) bytes")
            }
            bytes += size + (message.resume.isEmpty ? 0 : Packing.pack(message.resume)?.count ?? 0)
            if let due = message.due?.milliseconds, due > wall { firstDue = min(firstDue ?? .max, due) }
        }
        try memory.withQueue(enqueue.queue) { queue throws(IntegrationError) in
            let count = enqueue.messages.count
            guard !queue.isFull(for: count, bytes) else {
                let limits = [
                    queue.settings.maxMessages.map { "\($0) messages" }, queue.settings.maxBytes.map { "\($0) bytes" },
                ].compactMap(\.self).joined(separator: " and ")
                throw IntegrationError(
                    .queueFull,
                    """
                    queue `\(enqueue.queue)` holds \(queue.messages) messages (\(queue.bytes) bytes) and may hold \
                    \(limits): there is no room for \(count) more (\(bytes) bytes)
                    """)
            }
            firstKeys.append(queue.key(queue.next))
            queue.next += UInt64(count)
            queue.messages += count
            queue.bytes += bytes
            if let firstDue { queue.noteDue(firstDue) }
        }
    }
}
