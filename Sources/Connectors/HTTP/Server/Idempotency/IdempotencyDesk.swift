internal import Synchronization

/// The idempotency keys that are in hand, and, where no store keeps them, the replies that were given. Bounded: of the
/// replies the oldest are forgotten first.
final class IdempotencyDesk: Sendable {
    private struct Kept {
        var reply: RememberedReply
        /// Wall time at which it may be forgotten.
        var expires: Duration
    }

    private struct State {
        /// Digests of the bodies that are in hand, by key.
        var open: [[UInt8]: [UInt8]] = [:]
        var kept: [[UInt8]: Kept] = [:]
        var order: [[UInt8]] = []
        var bytes = 0
    }

    enum Entry {
        case mine
        /// The same request is in hand.
        case busy
        /// The key is in hand with another body.
        case other
    }

    private let state = Mutex(State())
    private let limit: Int
    private let byteLimit: Int

    /// - Parameters:
    ///   - limit: most replies that are kept.
    ///   - bytes: most bytes of them.
    init(limit: Int = 10_000, bytes: Int = 16 << 20) {
        self.limit = limit
        byteLimit = bytes
    }

    /// Takes a key in hand.
    func enter(_ key: [UInt8], _ fingerprint: [UInt8]) -> Entry {
        state.withLock { state in
            if let open = state.open[key] { return open == fingerprint ? .busy : .other }
            state.open[key] = fingerprint
            return .mine
        }
    }

    func leave(_ key: [UInt8]) { state.withLock { $0.open[key] = nil } }

    func keep(_ reply: RememberedReply, for key: [UInt8], until expires: Duration) {
        state.withLock { state in
            if let old = state.kept.updateValue(Kept(reply: reply, expires: expires), forKey: key) {
                state.bytes -= old.reply.bytes.count
            } else {
                state.order.append(key)
            }
            state.bytes += reply.bytes.count
            while state.order.count > limit || state.bytes > byteLimit, let oldest = state.order.first {
                state.order.removeFirst()
                state.bytes -= state.kept.removeValue(forKey: oldest)?.reply.bytes.count ?? 0
            }
        }
    }

    /// - Parameter now: wall time.
    func kept(_ key: [UInt8], at now: Duration) -> RememberedReply? {
        state.withLock { state in
            guard let kept = state.kept[key], kept.expires > now else { return nil }
            return kept.reply
        }
    }
}
