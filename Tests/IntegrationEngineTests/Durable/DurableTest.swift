import ConnectorTestSupport
import Foundation
import IntegrationCore
import IntegrationEngine
import IntegrationStore
import IntegrationTesting
import Testing

/// Flows over a store in a folder that outlives each run, so that a second run is what a restart is.
struct DurableTest: Sendable {
    let clock = ManualClock()
    let faults = FaultyStore.Faults()
    let storage: Storage
    private let folder: TemporaryFolder

    /// - Parameter crashed: a test whose store is copied as it stands, as a kill would leave it.
    init(
        queues: [QueueName: QueueSettings] = [:], rejecting: Set<QueueName> = [], readsFromStart: Bool = false,
        after crashed: DurableTest? = nil
    ) throws {
        let folder = TemporaryFolder()
        if let crashed {
            for name in crashed.folder.names where !name.hasSuffix("-shm") {
                try FileManager.default.copyItem(atPath: crashed.folder.file(name), toPath: folder.file(name))
            }
        }
        self.folder = folder
        storage = Storage(queues: queues, rejecting: rejecting, readsFromStart: readsFromStart) {
            [clock, faults] body in
            try await Self.withStore(in: folder, clock) { try await body(FaultyStore(inner: $0, faults: faults)) }
        }
    }

    private static func withStore<R>(
        in folder: TemporaryFolder, _ clock: ManualClock, _ body: (SQLiteStore) async throws -> R
    ) async throws -> R {
        try await SQLiteStore.withStore(
            in: folder.path, settings: StoreSettings(durability: .none), clock: clock, random: RandomSource(seed: 1),
            body)
    }

    /// Looks at the store, or changes it, while no engine runs.
    func withStore<R>(_ body: (any Store) async throws -> R) async throws -> R {
        try await Self.withStore(in: folder, clock) { try await body($0) }
    }

    func source(_ queue: QueueName, batchSize: Int = 100, visibilityTimeout: Duration = .seconds(30)) -> QueueSource {
        QueueSource(queue, in: storage, batchSize: batchSize, visibilityTimeout: visibilityTimeout)
    }

    /// Puts messages into a queue.
    func fill(_ queue: QueueName, _ bodies: [String], metadata: String? = nil) async throws {
        var block: [UInt8] = []
        var messages: [NewMessage] = []
        for (index, body) in bodies.enumerated() {
            let start = block.count
            block += body.utf8
            let end = block.count
            block += (metadata ?? "").utf8
            messages.append(
                NewMessage(
                    id: MessageID(seed: 7, position: UInt64(index)), body: start..<end,
                    metadata: metadata == nil ? nil : end..<block.count, received: clock.wallTime))
        }
        try await withStore { [block, messages] store in
            var change = StoreChange()
            change.enqueue = [Enqueue(queue: queue, block: block, messages: messages)]
            try await store.commit(change)
        }
    }

    /// Runs flows until all is done, or the engine is stopped by `during`.
    func run(
        _ flows: Flow..., destinations: [String: any Destination] = [:],
        _ during: @escaping @Sendable (Engine) async throws -> Void = { _ in }
    ) async throws -> FlowTest.Result {
        var test = FlowTest(destinations: destinations, storage: storage, clock: clock)
        test.flows = flows
        return try await test.run(patience: .seconds(20), during)
    }

    /// Runs a flow, looks at its store after a second, as a kill would leave it, and lets it come to its end.
    func runAndKill(
        _ flow: Flow, destinations: [String: any Destination] = [:], thenLetGo: @escaping @Sendable () -> Void
    ) async throws -> DurableTest {
        let crashed = Box<DurableTest?>(nil)
        _ = try await run(flow, destinations: destinations) { _ in
            try await clock.sleep(for: .seconds(1))
            let copy = try DurableTest(after: self)
            crashed.withLock { $0 = copy }
            thenLetGo()
        }
        return try #require(crashed.value)
    }

    // MARK: What is kept

    /// How many messages each queue holds that holds any.
    var counts: [QueueName: Int] {
        get async throws {
            let queues = try await withStore { store in try await store.queues() }
            return Dictionary(uniqueKeysWithValues: queues.filter { $0.messages > 0 }.map { ($0.name, $0.messages) })
        }
    }

    func messages(in queue: QueueName) async throws -> [QueuedMessage] {
        try await withStore { store in try await store.peek(queue, offset: 0, limit: 1000) }
    }

    func bodies(in queue: QueueName) async throws -> [String] {
        try await messages(in: queue).map { String(decoding: $0.body, as: UTF8.self) }
    }

    /// Whole records, oldest first.
    var deadLetters: [DeadLetterRecord] {
        get async throws {
            try await withStore { store in
                var letters: [DeadLetterRecord] = []
                for found in try await store.deadLetters(DeadLetterFilter(), before: nil, limit: 1000).reversed() {
                    letters.append(try await store.deadLetter("\(found.id)").letter)
                }
                return letters
            }
        }
    }
}
