internal import IntegrationCore
public import IntegrationStore
internal import Synchronization

/// The store of an engine: known to sources and destinations from the beginning, open while the engine runs.
public final class Storage: Sendable {
    /// Opens the store, calls the closure with it, and closes it when the closure returns.
    public typealias Open = @Sendable (@Sendable (any Store) async throws -> Void) async throws -> Void

    private let opened = Mutex<(any Store)?>(nil)
    private let open: Open
    /// What declared queues may hold.
    public let queues: [QueueName: QueueSettings]
    /// Queues that refuse messages when they are full; before the others their senders wait.
    public let rejecting: Set<QueueName>
    /// Whether streams are read from their beginning, whatever of them was settled before.
    public let readsFromStart: Bool
    /// Wakes whoever waits for everything to be done.
    let progress = Wakeup()

    /// - Parameters:
    ///   - queues: what the configuration declares; other queues come into being when first used, without limits.
    ///   - rejecting: queues that refuse messages when they are full; before the others their senders wait.
    ///   - readsFromStart: whether streams are read from their beginning, whatever of them was settled before.
    ///   - open: opens the store.
    public init(
        queues: [QueueName: QueueSettings] = [:], rejecting: Set<QueueName> = [], readsFromStart: Bool = false,
        open: @escaping Open
    ) {
        self.queues = queues
        self.rejecting = rejecting
        self.readsFromStart = readsFromStart
        self.open = open
    }

    /// The open store.
    ///
    /// - Throws: `storeClosed` while the engine does not run.
    public var store: any Store {
        get throws(IntegrationError) {
            guard let store = opened.withLock({ $0 }) else {
                throw IntegrationError(.storeClosed, "the store is open only while the engine runs")
            }
            return store
        }
    }

    /// What an outbox may hold where the configuration says nothing: a full one pauses the flow's sources.
    private static let outboxSettings = QueueSettings(maxBytes: OutboxLimit.bytes)

    /// Makes the outboxes of a flow known.
    func declareOutboxes(_ destinations: [String], of flow: Flow) async throws(IntegrationError) {
        for destination in destinations {
            let name = QueueName.outbox(flow: flow.name, destination: destination)
            if queues[name] == nil { try await store.declare(name, Self.outboxSettings) }
        }
    }

    /// Makes the intake queue of a flow known, which may hold as much as an outbox.
    func declareIntake(of flow: Flow) async throws(IntegrationError) {
        let name = QueueName.intake(of: flow.name)
        if queues[name] == nil { try await store.declare(name, Self.outboxSettings) }
    }

    /// Opens the store for the length of `body`.
    func withStore(_ body: @Sendable (any Store) async throws -> Void) async throws {
        try await open { [queues] store in
            for (name, settings) in queues.sorted(by: { $0.key < $1.key }) {
                try await store.declare(name, settings)
            }
            self.opened.withLock { $0 = store }
            defer { self.opened.withLock { $0 = nil } }
            try await body(store)
        }
    }
}

/// What is kept of the streams of one source.
struct SourcePositions: StreamPositions {
    let journal: Journal
    let source: String
    let readsFromStart: Bool

    func completed(_ stream: String) async throws(IntegrationError) -> [Range<UInt64>]? {
        if readsFromStart { return nil }
        return try await journal.store.positions(of: source).first { $0.stream.identity == stream }?.completed.ranges
    }

    func begin(_ stream: String) async throws(IntegrationError) {
        var change = StoreChange()
        change.positions = [StreamProgress(stream: StreamKey(source: source, identity: stream), completed: [])]
        // Abandoned only at a shutdown, when nothing of the stream is handed over any more.
        _ = try await journal.commit(change)
    }
}
