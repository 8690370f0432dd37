public import IntegrationCore
internal import Synchronization

/// A pool that several share, such as the endpoints of one connector: opened by the first of them, closed by the last.
public final class SharedPool<Connection: Sendable>: Sendable {
    private struct State {
        var pool: Pool<Connection>?
        var users = 0
    }

    private let name: String
    private let limits: PoolLimits
    private let state = Mutex(State())

    /// - Parameter name: what errors call it.
    public init(_ name: String, _ limits: PoolLimits) {
        self.name = name
        self.limits = limits
    }

    /// Calls `body` with the pool.
    ///
    /// - Parameter operations: for whoever comes first.
    public func with<R: Sendable>(
        in context: FlowContext, _ operations: Pool<Connection>.Operations,
        _ body: (Pool<Connection>) async throws -> R
    ) async throws -> R {
        let pool = state.withLock { state in
            state.users += 1
            let pool = state.pool ?? Pool(name, limits, in: context, operations)
            state.pool = pool
            return pool
        }
        return try await pool.serve({ leave() }, body)
    }

    /// - Returns: whether that was the last.
    private func leave() -> Bool {
        state.withLock { state in
            state.users -= 1
            guard state.users == 0 else { return false }
            state.pool = nil
            return true
        }
    }
}
