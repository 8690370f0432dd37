internal import IntegrationCore
internal import Synchronization

/// The endpoints of one service, and who has to hear when they come and go.
final class ServiceEndpoints: Sendable {
    struct Endpoint: Sendable {
        /// In the order of registration.
        var number: Int
        var name: String
        var lookup: any Lookup
    }

    enum Change: Sendable {
        case joined(Endpoint)
        case left(Int)
    }

    private struct State {
        var endpoints: [Endpoint] = []
        var count = 0
        var listeners: [Int: AsyncStream<Change>.Continuation] = [:]
    }

    private let state = Mutex(State())

    /// Names in the order of registration.
    var names: [String] { state.withLock { $0.endpoints.map(\.name) } }

    /// False where the name is taken.
    func add(_ name: String, _ lookup: any Lookup) -> Bool {
        state.withLock { state in
            guard !state.endpoints.contains(where: { $0.name == name }) else { return false }
            state.count += 1
            let endpoint = Endpoint(number: state.count, name: name, lookup: lookup)
            state.endpoints.append(endpoint)
            for listener in state.listeners.values { listener.yield(.joined(endpoint)) }
            return true
        }
    }

    /// False where there is none of that name.
    func remove(_ name: String) -> Bool {
        state.withLock { state in
            guard let index = state.endpoints.firstIndex(where: { $0.name == name }) else { return false }
            let endpoint = state.endpoints.remove(at: index)
            for listener in state.listeners.values { listener.yield(.left(endpoint.number)) }
            return true
        }
    }

    /// Tells of all changes from now on; returns the endpoints that there are now, and what ends it.
    func subscribe(
        _ listener: AsyncStream<Change>.Continuation
    ) -> (present: [Endpoint], end: @Sendable () -> Void) {
        state.withLock { state in
            state.count += 1
            let token = state.count
            state.listeners[token] = listener
            return (state.endpoints, { [weak self] in self?.unsubscribe(token) })
        }
    }

    private func unsubscribe(_ token: Int) {
        state.withLock { $0.listeners.removeValue(forKey: token) }?.finish()
    }
}
