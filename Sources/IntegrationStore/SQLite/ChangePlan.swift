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

    private static let largestRow = 512 << 20

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
        for letter in change.deadLetters {
            try Self.checkSize(
                letter.body.count + (letter.metadata?.count ?? 0) + (letter.failingBody?.count ?? 0),
                "the dead letter of message \(letter.message)")
        }
        for event in change.events { try Self.checkSize(event.detail?.count ?? 0, "the detail of a `\(event.kind)`") }
        for key in change.state {
            try Self.checkSize(key.key.count + (key.value?.count ?? 0), "a key of `\(key.namespace)` with its value")
        }
        for progress in change.positions {
            try Self.checkSize(progress.metadata?.count ?? 0, "what `\(progress.stream.source)` keeps about a stream")
        }
    }

    /// SQLite takes rows up to a gigabyte (sqlite.org/limits.html); half of it leaves room for all that is beside.
    private static func checkSize(_ bytes: Int, _ what: @autoclosure () -> String) throws(IntegrationError) {
        guard bytes > largestRow else { return }
        throw IntegrationError(
            .storeRefused, "\(what()) has \(bytes) bytes, and \(largestRow) are the most that can be kept")
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
        if let resume = putBack.resume {
            try Self.checkSize(resume.reduce(0) { $0 + ($1.body?.count ?? 0) }, "what was made for failed branches")
        }
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
            let resume = message.resume.isEmpty ? 0 : Packing.pack(message.resume)?.count ?? 0
            try Self.checkSize(size + resume, "message \(message.id) for queue `\(enqueue.queue)`")
            bytes += size + resume
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
                    """, component: enqueue.queue.text)
            }
            guard queue.makeSequences(count) else {
                throw IntegrationError(
                    .storeRefused, "queue `\(enqueue.queue)` has given out its last number",
                    remedy: "Let the queue run empty once: its numbers then begin anew.")
            }
            firstKeys.append(queue.key(queue.next))
            queue.next += UInt64(count)
            queue.messages += count
            queue.bytes += bytes
            if let firstDue { queue.noteDue(firstDue) }
        }
    }
}
