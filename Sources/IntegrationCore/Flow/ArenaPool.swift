public import IntegrationDocument
internal import Synchronization

/// Arenas that were used before and can be used again; at most as many as were ever in flight at once.
public final class ArenaPool: Sendable {
    private let free = Mutex<[Arena]>([])
    private let limit: Int

    /// - Parameter limit: arenas kept while idle.
    public init(limit: Int = 64) { self.limit = limit }

    /// An empty arena.
    public func take() -> Arena {
        free.withLock { $0.popLast() } ?? Arena()
    }

    /// Gives an arena back. Nobody may use it any more.
    public func give(_ arena: Arena) {
        arena.reset()
        free.withLock { if $0.count < limit { $0.append(arena) } }
    }
}
