internal import Synchronization

/// Requests of one route that wait for a lane. Bounded: what finds no room is refused.
final class Inbox: Sendable {
    enum Phase {
        case open
        /// Requests wait for a successor; lanes get nothing any more.
        case handedOver
        /// No more requests; lanes get what is left.
        case closed
    }

    private struct State {
        var phase = Phase.open
        /// Who gets what still comes, once there is one.
        var successor: Inbox?
        var waiting: [Exchange] = []
        var lanes: [(token: Int, continuation: CheckedContinuation<Void, Never>)] = []
        var nextToken = 0
        /// Tokens whose tasks were cancelled before they waited.
        var cancelled: Set<Int> = []

        /// Whether a lane that comes now goes at once.
        var servesNow: Bool { phase != .open || !waiting.isEmpty }
    }

    private let state = Mutex(State())
    /// Most requests that wait.
    let limit: Int

    init(limit: Int) { self.limit = limit }

    var phase: Phase { state.withLock { $0.phase } }

    var hasRoom: Bool {
        let (hasRoom, successor) = state.withLock { ($0.phase != .closed && $0.waiting.count < limit, $0.successor) }
        return successor?.hasRoom ?? hasRoom
    }

    /// Lets requests wait for a lane, and wakes one.
    ///
    /// - Returns: those that found no room, or came too late.
    func put(_ exchanges: [Exchange]) -> ArraySlice<Exchange> {
        typealias Outcome = (lane: CheckedContinuation<Void, Never>?, rest: ArraySlice<Exchange>, successor: Inbox?)
        let outcome: Outcome = state.withLock { state in
            if let successor = state.successor { return (nil, [], successor) }
            guard state.phase != .closed else { return (nil, exchanges[...], nil) }
            let room = min(max(0, limit - state.waiting.count), exchanges.count)
            state.waiting += exchanges.prefix(room)
            return (state.servesNow ? state.lanes.popLast()?.continuation : nil, exchanges[room...], nil)
        }
        outcome.lane?.resume()
        return outcome.successor?.put(exchanges) ?? outcome.rest
    }

    /// Most bytes of bodies in one delivery, unless a single body is larger.
    private static let mostBytes = 4 << 20

    /// Takes what waits, at most `count`; waits until there is something. Empty when no more will come, or when the task
    /// is cancelled.
    func take(_ count: Int) async -> [Exchange] {
        while true {
            let (taken, isOver, token): ([Exchange], Bool, Int) = state.withLock { state in
                if state.phase == .handedOver { return ([], true, 0) }
                state.nextToken += 1
                return (Self.take(count, from: &state.waiting), state.phase == .closed, state.nextToken)
            }
            if !taken.isEmpty || isOver || Task.isCancelled { return taken }
            await wait(as: token)
        }
    }

    private static func take(_ count: Int, from waiting: inout [Exchange]) -> [Exchange] {
        var bytes = 0
        var end = 0
        while end < min(count, waiting.count) {
            bytes += waiting[end].bodyCount
            if end > 0, bytes > mostBytes { break }
            end += 1
        }
        defer { waiting.removeFirst(end) }
        return Array(waiting[..<end])
    }

    private func wait(as token: Int) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesNow = state.withLock { state in
                    if state.servesNow || state.cancelled.remove(token) != nil { return true }
                    state.lanes.append((token, continuation))
                    return false
                }
                if goesNow { continuation.resume() }
            }
        } onCancel: {
            let lane = state.withLock { state -> CheckedContinuation<Void, Never>? in
                guard let place = state.lanes.firstIndex(where: { $0.token == token }) else {
                    state.cancelled.insert(token)
                    return nil
                }
                return state.lanes.remove(at: place).continuation
            }
            lane?.resume()
        }
    }

    /// Ends the work of its lanes; a phase never goes back.
    ///
    /// - Parameter handsOver: whether a successor is to get what waits.
    func end(handsOver: Bool) {
        let lanes = state.withLock { state in
            if state.phase != .closed { state.phase = handsOver ? .handedOver : .closed }
            defer { state.lanes.removeAll() }
            return state.lanes
        }
        for lane in lanes { lane.continuation.resume() }
    }

    /// Hands everything over to a successor: what waits, and what still comes.
    ///
    /// - Returns: what finds no room there.
    func handOver(to successor: Inbox) -> ArraySlice<Exchange> {
        let waiting = state.withLock { state in
            state.successor = successor
            defer { state.waiting.removeAll() }
            return state.waiting
        }
        return successor.put(waiting)
    }

    /// Takes out everything that still waits, to be refused.
    func empty() -> [Exchange] {
        state.withLock { state in
            defer { state.waiting.removeAll() }
            return state.waiting
        }
    }
}
