internal import IntegrationCore

/// What the writer knows of a queue without asking the database: a value, so that a failed commit is undone by putting
/// the old one back.
struct QueueMemory: Sendable {
    let number: Int64
    var settings: QueueSettings
    /// The sequence that the next message gets.
    var next: UInt64
    var messages: Int
    var bytes: Int
    /// No message from here on was handed over in turn.
    var cursor: UInt64 = 0
    /// Put back, ready, not suspect.
    var released = IntervalSet()
    /// Suspect and ready: handed out alone, one at a time.
    var suspects = IntervalSet()
    /// Handed out, or put back, though the cursor has not passed them yet.
    var ahead = IntervalSet()
    /// Not later than the first due time of its delayed messages: wall time in milliseconds.
    var nextDue: Int64?
    var leases: [UInt64: LeaseMemory] = [:]

    func key(_ sequence: UInt64) -> Int64 { MessageKey.key(queue: number, sequence: sequence) }
    func keys(_ range: Range<UInt64>) -> Range<Int64> { key(range.lowerBound)..<key(range.upperBound) }

    /// Whether a claim may find something.
    func mayHaveReady(now: Duration, wall: Int64) -> Bool {
        if cursor < next || !released.isEmpty || !suspects.isEmpty && !isSuspectOut { return true }
        if let nextDue, nextDue <= wall { return true }
        return leases.values.contains { $0.deadline <= now }
    }

    /// Whether it counts messages that nobody holds, that wait for no time, and that were not found: the file was damaged.
    var counterIsWrong: Bool {
        messages > 0 && cursor >= next && leases.isEmpty && nextDue == nil && released.isEmpty && suspects.isEmpty
    }

    /// Whether somebody has a suspect: one at a time is handed out, so that others are not taken for what ends the process.
    var isSuspectOut: Bool { leases.values.contains { $0.isSuspect } }

    /// The monotonic time at which time alone may make something ready.
    func nextTime(now: Duration, wall: Int64) -> Duration? {
        let due = nextDue.map { now + .milliseconds(max(0, $0 - wall)) }
        return ([due].compactMap(\.self) + leases.values.map(\.deadline)).min()
    }

    var hasRoom: Bool {
        messages < settings.maxMessages ?? .max && bytes < settings.maxBytes ?? .max
    }

    /// Whether so much more would exceed a limit; an empty queue takes anything once.
    func isFull(for moreMessages: Int, _ moreBytes: Int) -> Bool {
        messages > 0
            && (messages + moreMessages > settings.maxMessages ?? .max || bytes + moreBytes > settings.maxBytes ?? .max)
    }

    /// Sees to it that there are so many sequences; they begin anew where nothing is left that bears one and half of them
    /// are spent.
    ///
    /// - Returns: false where there are not.
    mutating func makeSequences(_ count: Int) -> Bool {
        let end: UInt64 = 1 << MessageKey.sequenceBits
        if next >= end / 2, messages == 0, leases.isEmpty {
            (next, cursor, released, suspects, ahead) = (0, 0, IntervalSet(), IntervalSet(), IntervalSet())
        }
        return UInt64(count) < end - next
    }

    mutating func noteDue(_ due: Int64) { nextDue = min(nextDue ?? .max, due) }

    /// Everything that somebody holds.
    var held: IntervalSet {
        var held = IntervalSet()
        for lease in leases.values { for range in lease.sequences.ranges { held.insert(range) } }
        return held
    }

    /// Forgets messages that are gone.
    mutating func forget(_ range: Range<UInt64>) {
        released.remove(range)
        suspects.remove(range)
    }
}
