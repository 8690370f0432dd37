/// What a channel's consumer was handed and has not settled yet, in the order of their tags.
///
/// Settling is gathered: those before which nothing is unsettled any more go to the broker as one.
struct AckLedger {
    enum Action: Equatable {
        case accept(UInt64, multiple: Bool)
        case requeue(UInt64, multiple: Bool)
        case reject(UInt64)
    }

    private struct Entry {
        var tag: UInt64
        /// When it goes back to its queue.
        var deadline: Duration
        var outcome: AMQPOutcome?
        var isSent = false
    }

    private var entries: [Entry] = []
    private var head = 0

    /// The broker handed something over.
    ///
    /// - Parameter tag: larger than any before.
    mutating func add(_ tag: UInt64, until deadline: Duration) {
        entries.append(Entry(tag: tag, deadline: deadline))
    }

    /// Gives an unsettled one until `deadline`; false where it is settled, or went back to its queue.
    mutating func extend(_ tag: UInt64, until deadline: Duration) -> Bool {
        guard let place = place(of: tag), entries[place].outcome == nil else { return false }
        entries[place].deadline = deadline
        return true
    }

    /// Notes what became of one; false where that is known already, such as where its time was up.
    @discardableResult
    mutating func settle(_ tag: UInt64, _ outcome: AMQPOutcome) -> Bool {
        guard let place = place(of: tag), entries[place].outcome == nil else { return false }
        entries[place].outcome = outcome
        return true
    }

    /// Puts back into the queue what has been held for too long.
    ///
    /// - Returns: the tags.
    mutating func expire(_ now: Duration) -> [UInt64] {
        var expired: [UInt64] = []
        for place in head..<entries.count where entries[place].outcome == nil && entries[place].deadline <= now {
            entries[place].outcome = .requeued
            expired.append(entries[place].tag)
        }
        return expired
    }

    /// When `expire` will find something.
    var nextDeadline: Duration? { entries[head...].lazy.filter { $0.outcome == nil }.map(\.deadline).min() }

    /// What the broker has to be told by now.
    mutating func takeActions() -> [Action] {
        var actions: [Action] = []
        // From the oldest on, runs with the same outcome go together.
        while head < entries.count, let outcome = entries[head].outcome {
            var end = head
            var last: UInt64?
            var told = 0
            while end < entries.count, entries[end].outcome == outcome {
                if !entries[end].isSent {
                    last = entries[end].tag
                    told += 1
                    if outcome == .rejected { actions.append(.reject(entries[end].tag)) }
                }
                end += 1
            }
            if let last, outcome != .rejected { actions.append(Self.action(outcome, last, multiple: told > 1)) }
            head = end
        }
        for place in head..<entries.count where !entries[place].isSent {
            guard let outcome = entries[place].outcome else { continue }
            actions.append(Self.action(outcome, entries[place].tag, multiple: false))
            entries[place].isSent = true
        }
        if head == entries.count || head > 1024 && head * 2 > entries.count {
            entries.removeFirst(head)
            head = 0
        }
        return actions
    }

    private static func action(_ outcome: AMQPOutcome, _ tag: UInt64, multiple: Bool) -> Action {
        switch outcome {
        case .accepted: .accept(tag, multiple: multiple)
        case .requeued: .requeue(tag, multiple: multiple)
        case .rejected: .reject(tag)
        }
    }

    /// Tags rise, but need not be dense.
    private func place(of tag: UInt64) -> Int? {
        var (low, high) = (head, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].tag < tag { low = middle + 1 } else { high = middle }
        }
        return low < entries.count && entries[low].tag == tag ? low : nil
    }
}
