internal import Synchronization

/// What a connection has learnt of statements and types, told to those who ask without waking its thread.
final class KnownForms: Sendable {
    private struct State {
        var descriptions: [String: SQLDescription] = [:]
        /// Those that are prepared and stay so.
        var kept: Set<String> = []
        var types = SQLTypes()
    }

    private let state = Mutex(State())

    var types: SQLTypes { state.withLock { $0.types } }

    func keep(_ types: SQLTypes) { state.withLock { $0.types = types } }

    func description(of sql: String) -> SQLDescription? { state.withLock { $0.descriptions[sql] } }

    /// Keeps a description whose types are known.
    func keep(_ description: SQLDescription, of sql: String) {
        state.withLock { state in
            // They are asked for again.
            if state.descriptions.count >= StatementCache.limit { state.descriptions.removeAll() }
            state.descriptions[sql] = description
        }
    }

    /// Whether all of them are prepared and stay so.
    func areKept(_ statements: some Sequence<String>) -> Bool {
        state.withLock { state in statements.allSatisfy { state.kept.contains($0) } }
    }

    /// The statement stays prepared.
    func note(kept sql: String) { state.withLock { _ = $0.kept.insert(sql) } }

    /// The statement is prepared anew, or no longer.
    func forget(_ sql: String) {
        state.withLock { state in
            state.descriptions[sql] = nil
            state.kept.remove(sql)
        }
    }

    /// None is prepared any more.
    func forgetStatements() {
        state.withLock { state in
            state.descriptions.removeAll()
            state.kept.removeAll()
        }
    }
}
