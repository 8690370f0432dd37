internal import Synchronization

/// The ids of webhooks that have come, so that none comes twice. Kept in memory, bounded by number and by time.
final class SeenIDs: Sendable {
    private struct State {
        /// When each may be forgotten (seconds since 1970).
        var expiries: [String: Int64] = [:]
        /// In the order in which they came.
        var order: [String] = []
        var first = 0
    }

    /// How long ids are kept where nothing says when a request was sent.
    static let longWindow: Int64 = 86_400
    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int = 100_000) { self.limit = limit }

    /// Notes an id whose request is being answered; false where it has come before.
    ///
    /// - Parameters:
    ///   - now: seconds since 1970.
    ///   - window: seconds for which it is kept.
    func begin(_ id: String, at now: Int64, window: Int64) -> Bool {
        state.withLock { state in
            if let expiry = state.expiries[id], expiry > now { return false }
            while state.first < state.order.count {
                let oldest = state.order[state.first]
                if let expiry = state.expiries[oldest] {
                    guard expiry <= now || state.expiries.count >= limit else { break }
                    state.expiries[oldest] = nil
                }
                state.first += 1
            }
            if state.first > 1024, state.first * 2 > state.order.count {
                state.order.removeFirst(state.first)
                state.first = 0
            }
            // Ids that were forgotten and came again stand in it twice.
            if state.order.count - state.first > 2 * limit {
                var known: Set<String> = []
                state.order = state.order[state.first...].filter {
                    state.expiries[$0] != nil && known.insert($0).inserted
                }
                state.first = 0
            }
            state.expiries[id] = now + window
            state.order.append(id)
            return true
        }
    }

    /// Forgets an id whose request was not accepted: its sender may try again.
    func settle(_ id: String, isAccepted: Bool) {
        guard !isAccepted else { return }
        state.withLock { $0.expiries[id] = nil }
    }
}
