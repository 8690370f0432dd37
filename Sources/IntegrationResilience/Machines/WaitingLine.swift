/// Who waits for something, in order, each with a deadline of his own or none.
struct WaitingLine: Sendable {
    /// In order of arrival, those who left included.
    private var tickets: [Int] = []
    private var head = 0
    /// Of those who still wait.
    private var deadlines: [Int: Duration?] = [:]

    var count: Int { deadlines.count }
    var isEmpty: Bool { deadlines.isEmpty }

    mutating func append(_ ticket: Int, deadline: Duration?) {
        tickets.append(ticket)
        deadlines[ticket] = .some(deadline)
    }

    /// Who is next.
    var first: Int? { isEmpty ? nil : tickets[head] }

    mutating func removeFirst() -> (ticket: Int, deadline: Duration?)? {
        guard let first else { return nil }
        let deadline = deadlines[first] ?? nil
        remove(first)
        return (first, deadline)
    }

    /// Puts somebody back who was first.
    mutating func prepend(_ ticket: Int, deadline: Duration?) {
        tickets.replaceSubrange(..<head, with: CollectionOfOne(ticket))
        head = 0
        deadlines[ticket] = .some(deadline)
    }

    /// Returns whether he was waiting.
    @discardableResult
    mutating func remove(_ ticket: Int) -> Bool {
        guard deadlines.removeValue(forKey: ticket) != nil else { return false }
        while head < tickets.count, deadlines[tickets[head]] == nil { head += 1 }
        if head == tickets.count || head > 64 && head > tickets.count / 2 {
            tickets.removeFirst(head)
            head = 0
        }
        // Leavers from the middle would pile up behind a first who stays.
        if tickets.count - head > 64 + 2 * deadlines.count {
            tickets = tickets[head...].filter { deadlines[$0] != nil }
            head = 0
        }
        return true
    }

    /// Takes out those whose deadline is over, in order.
    mutating func expire(at now: Duration) -> [Int] {
        if isEmpty { return [] }
        let late = tickets[head...].filter { ticket in
            guard let deadline = deadlines[ticket] ?? nil else { return false }
            return deadline <= now
        }
        for ticket in late { remove(ticket) }
        return late
    }

    /// Takes everybody out, in order.
    mutating func removeAll() -> [Int] {
        defer { self = WaitingLine() }
        return tickets[head...].filter { deadlines[$0] != nil }
    }

    /// The soonest deadline.
    var nextDeadline: Duration? { deadlines.values.compactMap(\.self).min() }
}
