/// What a channel's consumer was handed and the broker was not told of yet, in the order of their tags: no more than its
/// prefetch.
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
        /// When it goes back to its queue; nil: nobody works on it.
        var deadline: Duration?
        var outcome: AMQPOutcome?
        /// Whether the broker was told.
        var isTold = false
    }

    private var entries: [Entry] = []
    private var head = 0
    /// How many behind `head` the broker was told of.
    private var told = 0
    /// Those that were settled since `takeActions`.
    private var settled: [UInt64] = []
    /// In order; some may be settled by now.
    private var deadlines: [(time: Duration, tag: UInt64)] = []
    private var firstDeadline = 0
    /// How many are being worked on.
    private(set) var working = 0

    /// How many the broker was not told of.
    var count: Int { entries.count - head - told }
    /// How many places are in use, with those that are not needed any more.
    var size: Int { max(entries.count, deadlines.count) }

    /// The broker handed something over.
    ///
    /// - Parameter tag: larger than any before.
    mutating func add(_ tag: UInt64) { entries.append(Entry(tag: tag)) }

    /// Somebody works on it until `deadline`; false where it is settled.
    ///
    /// - Parameter deadline: no earlier than any before.
    mutating func begin(_ tag: UInt64, until deadline: Duration) -> Bool {
        guard let place = place(of: tag), entries[place].outcome == nil else { return false }
        if entries[place].deadline == nil { working += 1 }
        entries[place].deadline = deadline
        deadlines.append((deadline, tag))
        if deadlines.count > 2 * count + Self.slack {
            deadlines = deadlines[firstDeadline...].filter { isOpen($0.tag, $0.time) }
            firstDeadline = 0
        }
        return true
    }

    /// Notes what became of one; false where that is known already, such as where its time was up.
    @discardableResult
    mutating func settle(_ tag: UInt64, _ outcome: AMQPOutcome) -> Bool {
        guard let place = place(of: tag), entries[place].outcome == nil else { return false }
        entries[place].outcome = outcome
        if entries[place].deadline != nil { working -= 1 }
        settled.append(tag)
        return true
    }

    /// Puts back into the queue what has been worked on for too long.
    ///
    /// - Returns: the tags.
    mutating func expire(_ now: Duration) -> [UInt64] {
        var expired: [UInt64] = []
        while let next = nextDeadline(), next <= now {
            let tag = deadlines[firstDeadline].tag
            settle(tag, .requeued)
            expired.append(tag)
        }
        return expired
    }

    /// When `expire` will find something.
    mutating func nextDeadline() -> Duration? {
        while firstDeadline < deadlines.count {
            let (time, tag) = deadlines[firstDeadline]
            if isOpen(tag, time) { return time }
            firstDeadline += 1
        }
        deadlines.removeAll(keepingCapacity: true)
        firstDeadline = 0
        return nil
    }

    /// What the broker has to be told by now.
    mutating func takeActions() -> [Action] {
        guard !settled.isEmpty else { return [] }
        var actions: [Action] = []
        var run: (outcome: AMQPOutcome, last: UInt64, count: Int)?
        // From the oldest on, runs with the same outcome go together.
        while head < entries.count, let outcome = entries[head].outcome {
            let entry = entries[head]
            head += 1
            guard !entry.isTold else {
                told -= 1
                continue
            }
            if let known = run, known.outcome == outcome, outcome != .rejected {
                run = (outcome, entry.tag, known.count + 1)
                continue
            }
            if let run { actions.append(Self.action(run.outcome, run.last, multiple: run.count > 1)) }
            run = (outcome, entry.tag, 1)
        }
        if let run { actions.append(Self.action(run.outcome, run.last, multiple: run.count > 1)) }
        for tag in settled {
            guard let place = place(of: tag), !entries[place].isTold, let outcome = entries[place].outcome else {
                continue
            }
            actions.append(Self.action(outcome, tag, multiple: false))
            entries[place].isTold = true
            told += 1
        }
        settled.removeAll(keepingCapacity: true)
        if head + told > count + Self.slack {
            entries = entries[head...].filter { !$0.isTold }
            (head, told) = (0, 0)
        }
        return actions
    }

    /// So many places that are not needed any more are not worth the work.
    private static let slack = 64

    private static func action(_ outcome: AMQPOutcome, _ tag: UInt64, multiple: Bool) -> Action {
        switch outcome {
        case .accepted: .accept(tag, multiple: multiple)
        case .requeued: .requeue(tag, multiple: multiple)
        case .rejected: .reject(tag)
        }
    }

    private func isOpen(_ tag: UInt64, _ deadline: Duration) -> Bool {
        guard let place = place(of: tag) else { return false }
        return entries[place].outcome == nil && entries[place].deadline == deadline
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
