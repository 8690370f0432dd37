import IntegrationCore
import IntegrationStore
import IntegrationTesting
import Synchronization

/// A store that refuses commits where a test says so, and remembers what it committed.
struct FaultyStore: Store {
    /// What a test sets and reads; outlives the store.
    final class Faults: Sendable {
        private struct State {
            var refusal: IntegrationError?
            var refused = 0
            /// What every extension of a lease fails with.
            var extensionFailure: ErrorCode?
            var committed: [StoreChange] = []
        }

        private let state = Mutex(State())

        /// Makes every commit fail; nil mends it.
        func refuse(with error: IntegrationError?) { state.withLock { $0.refusal = error } }

        /// Keeps leases from being extended.
        func loseLeases(_ code: ErrorCode = .storageFailed) { state.withLock { $0.extensionFailure = code } }

        /// Commits that were refused.
        var refused: Int { state.withLock { $0.refused } }
        /// What was committed, in order.
        var committed: [StoreChange] { state.withLock { $0.committed } }

        fileprivate func check() throws(IntegrationError) {
            let refusal = state.withLock { state in
                if state.refusal != nil { state.refused += 1 }
                return state.refusal
            }
            if let refusal { throw refusal }
        }

        fileprivate func checkExtension() throws(IntegrationError) {
            if let code = state.withLock({ $0.extensionFailure }) { throw IntegrationError(code, "the test says so") }
        }

        fileprivate func note(_ change: StoreChange) { state.withLock { $0.committed.append(change) } }
    }

    let inner: any Store
    let faults: Faults

    func commit(_ change: StoreChange) async throws(IntegrationError) -> StoreReceipt {
        // What the engine records of itself is nobody's message.
        var rest = change
        rest.events = []
        if rest.isEmpty { return try await inner.commit(change) }
        try faults.check()
        let receipt = try await inner.commit(change)
        faults.note(change)
        return receipt
    }

    func declare(_ queue: QueueName, _ settings: QueueSettings) async throws(IntegrationError) {
        try await inner.declare(queue, settings)
    }

    func claim(
        from queue: QueueName, count: Int, bytes: Int, for duration: Duration
    ) async throws(IntegrationError) -> Claim? {
        try await inner.claim(from: queue, count: count, bytes: bytes, for: duration)
    }

    func extend(_ lease: Lease, for duration: Duration) async throws(IntegrationError) {
        try faults.checkExtension()
        try await inner.extend(lease, for: duration)
    }

    func waitForMessages(in queue: QueueName) async throws(IntegrationError) {
        try await inner.waitForMessages(in: queue)
    }

    func waitForRoom(in queue: QueueName) async throws(IntegrationError) { try await inner.waitForRoom(in: queue) }

    func purge(_ queue: QueueName) async throws(IntegrationError) -> Int { try await inner.purge(queue) }

    func prune(now: Duration) async throws(IntegrationError) -> PruneReport { try await inner.prune(now: now) }

    func replaceBody(ofDeadLetter id: MessageID, with body: [UInt8]) async throws(IntegrationError) {
        try await inner.replaceBody(ofDeadLetter: id, with: body)
    }

    func removeDeadLetters(_ ids: [MessageID]) async throws(IntegrationError) -> Int {
        try await inner.removeDeadLetters(ids)
    }

    func replay(_ ids: [MessageID]) async throws(IntegrationError) -> ReplayReport { try await inner.replay(ids) }

    func queues() async throws(IntegrationError) -> [QueueSummary] { try await inner.queues() }

    func peek(_ queue: QueueName, offset: Int, limit: Int) async throws(IntegrationError) -> [QueuedMessage] {
        try await inner.peek(queue, offset: offset, limit: limit)
    }

    func deadLetters(
        _ filter: DeadLetterFilter, before: MessageID?, limit: Int
    ) async throws(IntegrationError) -> [StoredDeadLetter] {
        try await inner.deadLetters(filter, before: before, limit: limit)
    }

    func deadLetter(_ id: String) async throws(IntegrationError) -> StoredDeadLetter {
        try await inner.deadLetter(id)
    }

    func deadLetterGroups(_ filter: DeadLetterFilter) async throws(IntegrationError) -> [DeadLetterGroup] {
        try await inner.deadLetterGroups(filter)
    }

    func events(
        _ filter: EventFilter, before: UInt64?, limit: Int
    ) async throws(IntegrationError) -> [StoredEvent] {
        try await inner.events(filter, before: before, limit: limit)
    }

    func journey(of message: MessageID) async throws(IntegrationError) -> Journey {
        try await inner.journey(of: message)
    }

    func positions(of source: String) async throws(IntegrationError) -> [StreamPosition] {
        try await inner.positions(of: source)
    }

    func delivered(flow: String, ids: [MessageID]) async throws(IntegrationError) -> [LedgerEntry] {
        try await inner.delivered(flow: flow, ids: ids)
    }

    func state(_ namespace: String, _ key: [UInt8]) async throws(IntegrationError) -> StateValue? {
        try await inner.state(namespace, key)
    }
}
