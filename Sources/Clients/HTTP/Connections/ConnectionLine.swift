internal import NIOCore

/// The connections to one target, and who waits for one. A value: whoever holds it says when it changes.
struct ConnectionLine {
    struct Waiter {
        let id: UInt64
        let loop: any EventLoop
        let continuation: CheckedContinuation<ClientConnection, any Error>
        let timer: Scheduled<Void>

        func resume(with result: Result<ClientConnection, any Error>) {
            timer.cancel()
            continuation.resume(with: result)
        }
    }

    /// Kept, the one that was used last at the end.
    private(set) var idle: [ClientConnection] = []
    /// Who has waited longest stands first.
    private var waiters: [Waiter] = []
    /// Idle, busy and being made.
    private var count = 0
    private var beingMade = 0
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Whether nothing is left of it.
    var isUnused: Bool { count == 0 && waiters.isEmpty }
    var isMaking: Bool { beingMade > 0 }

    /// A kept connection, best one that lives on `loop`; one of another loop only where no more may be made.
    mutating func takeIdle(on loop: any EventLoop) -> ClientConnection? {
        if let index = idle.lastIndex(where: { $0.loop === loop }) { return idle.remove(at: index) }
        return count < limit ? nil : idle.popLast()
    }

    /// - Returns: whether a connection has to be made.
    mutating func wait(_ waiter: Waiter) -> Bool {
        waiters.append(waiter)
        return mayMake()
    }

    mutating func takeWaiter(_ id: UInt64) -> Waiter? {
        waiters.firstIndex { $0.id == id }.map { waiters.remove(at: $0) }
    }

    /// A connection is free: whoever waits longest gets it, or it is kept.
    mutating func free(_ connection: ClientConnection, isNew: Bool) -> Waiter? {
        if isNew { beingMade -= 1 }
        guard waiters.isEmpty else { return waiters.removeFirst() }
        idle.append(connection)
        return nil
    }

    /// A connection could not be made: whoever waits longest hears why.
    mutating func fail() -> Waiter? {
        beingMade -= 1
        count -= 1
        return waiters.isEmpty ? nil : waiters.removeFirst()
    }

    /// A connection is closed, or about to be.
    mutating func forget(_ connection: ClientConnection) {
        idle.removeAll { $0 === connection }
        count -= 1
    }

    /// The loop for another connection, where somebody waits for one that nobody makes yet.
    mutating func next() -> (any EventLoop)? { mayMake() ? waiters.last?.loop : nil }

    private mutating func mayMake() -> Bool {
        guard count < limit, beingMade < waiters.count else { return false }
        count += 1
        beingMade += 1
        return true
    }
}
