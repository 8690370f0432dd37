/// Lets only so many calls go on at once, so that one slow system can't take everything; others wait in line.
///
/// A pure state machine over tickets, numbers that the caller gives out. A permit is held until `release()`, which comes
/// when the call has really ended, and not when its caller has lost patience.
public struct Bulkhead: Sendable {
    /// How many may go on at once; those who are already in stay in when it falls.
    public var limit: Int
    /// How many may wait.
    public let maximumWaiting: Int
    /// How long one may wait; nil: as long as it takes.
    public let longestWait: Duration?
    /// Permits in use.
    public private(set) var inUse = 0
    private var line = WaitingLine()

    public init(limit: Int, maximumWaiting: Int = .max, longestWait: Duration? = nil) {
        self.limit = limit
        self.maximumWaiting = maximumWaiting
        self.longestWait = longestWait
    }

    public var waiting: Int { line.count }

    /// Puts a ticket at the end of the line, whether or not there is room.
    ///
    /// - Returns: until when it may wait.
    @discardableResult
    public mutating func arrive(_ ticket: Int, at now: Duration) -> Duration? {
        let deadline = longestWait.map { now + $0 }
        line.append(ticket, deadline: deadline)
        return deadline
    }

    /// Who is next; nil where nobody waits or there is no room.
    public var front: Int? { inUse < limit ? line.first : nil }

    /// Gives `front` a permit.
    public mutating func admitFront() -> Int? {
        guard front != nil, let next = line.removeFirst() else { return nil }
        inUse += 1
        return next.ticket
    }

    /// Takes a ticket out of the line, as its caller has given up; returns whether it stood there.
    @discardableResult
    public mutating func leave(_ ticket: Int) -> Bool { line.remove(ticket) }

    /// Turns the last one away where more wait than may: to be called when all who have room are in.
    ///
    /// - Parameter ticket: the one that arrived last.
    public mutating func turnAway(_ ticket: Int) -> Bool { waiting > maximumWaiting && line.remove(ticket) }

    /// Takes out those who have waited too long.
    public mutating func expire(at now: Duration) -> [Int] { line.expire(at: now) }

    /// Takes out everybody who waits.
    public mutating func dismissAll() -> [Int] { line.removeAll() }

    /// A call has ended.
    public mutating func release() {
        precondition(inUse > 0, "a permit was given back twice")
        inUse -= 1
    }
}
