/// What is still held under a lease.
struct LeaseMemory: Sendable {
    struct Entry: Sendable {
        let sequence: UInt64
        /// Bytes that the queue counts for it.
        let size: Int
    }

    /// Monotonic time.
    var deadline: Duration
    /// Whether its one message is suspect, and goes back as one.
    let isSuspect: Bool
    /// By sequence.
    private(set) var entries: [Entry]

    init(deadline: Duration, isSuspect: Bool, entries: [Entry]) {
        self.deadline = deadline
        self.isSuspect = isSuspect
        self.entries = entries.sorted { $0.sequence < $1.sequence }
    }

    var sequences: IntervalSet { IntervalSet(entries.lazy.map { $0.sequence..<$0.sequence + 1 }) }

    /// Takes messages out.
    ///
    /// - Returns: their sequences as a set, and their bytes; or, where one of them is not held, that one.
    mutating func take(_ sequences: [UInt64]) -> Result<(taken: IntervalSet, bytes: Int), NotHeld> {
        let wanted = sequences.sorted()
        var taken = IntervalSet()
        var bytes = 0
        var left: [Entry] = []
        left.reserveCapacity(max(0, entries.count - wanted.count))
        var next = 0
        for entry in entries {
            guard next < wanted.count, entry.sequence == wanted[next] else {
                left.append(entry)
                continue
            }
            taken.insert(entry.sequence)
            bytes += entry.size
            next += 1
        }
        guard next == wanted.count else { return .failure(NotHeld(sequence: wanted[next])) }
        entries = left
        return .success((taken, bytes))
    }

    /// A sequence that the lease does not hold (any more).
    struct NotHeld: Error {
        let sequence: UInt64
    }
}
