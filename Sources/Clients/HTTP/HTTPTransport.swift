internal import IntegrationCore
internal import Synchronization

/// Makes HTTP requests. A description: it opens nothing until somebody uses it, and closes with its last user.
public final class HTTPTransport: Sendable {
    public let options: HTTPTransportOptions
    public let resolver: NameResolver
    private let state = Mutex(State())

    private struct State {
        var pool: HTTPPool?
        var users = 0
    }

    public init(_ options: HTTPTransportOptions, resolver: NameResolver = .system) {
        self.options = options
        self.resolver = resolver
    }

    /// Opens the pool for the length of `body`, or shares the one that others opened.
    ///
    /// - Parameter body: gets a pool that lives only during the call.
    /// - Throws: `cannotBuild` where a certificate or key can't be read; what `body` throws.
    public func withPool<R: Sendable>(_ body: (HTTPPool) async throws -> R) async throws -> R {
        let pool = try state.withLock { state throws(IntegrationError) in
            let pool = if let open = state.pool { open } else { try HTTPPool(options, resolver) }
            state.pool = pool
            state.users += 1
            return pool
        }
        let result: Result<R, any Error>
        do {
            result = .success(try await body(pool))
        } catch {
            result = .failure(error)
        }
        let unused = state.withLock { state -> HTTPPool? in
            state.users -= 1
            guard state.users == 0 else { return nil }
            defer { state.pool = nil }
            return state.pool
        }
        await unused?.close()
        return try result.get()
    }
}
