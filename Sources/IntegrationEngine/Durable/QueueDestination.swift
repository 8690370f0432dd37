public import IntegrationCore
internal import IntegrationDocument
public import IntegrationStore

/// Puts messages into an embedded queue. A flow that names it as a destination does so in the transaction that settles
/// its source; elsewhere (`fallback`, `call`) each batch is a transaction of its own.
public struct QueueDestination: Destination {
    public let queue: QueueName
    let storage: Storage

    public init(_ queue: QueueName, in storage: Storage) {
        self.queue = queue
        self.storage = storage
    }

    public func withSender<R: Sendable>(
        in context: FlowContext, _ body: (any Sender) async throws -> R
    ) async throws -> R {
        try await body(QueueSender(queue: queue, store: try storage.store, clock: context.clock))
    }
}

struct QueueSender: Sender {
    let queue: QueueName
    let store: any Store
    let clock: any TimeSource

    var isAllOrNothing: Bool { true }

    func send(_ batch: Batch) async throws(IntegrationError) -> SendReport {
        var change = StoreChange()
        change.enqueue = [Enqueue(batch.messages, to: queue, at: clock.wallTime, batch.arena)]
        try await store.commit(change)
        return .accepted
    }
}

extension Enqueue {
    /// Messages as they leave a flow.
    ///
    /// - Parameters:
    ///   - now: wall time.
    ///   - source: the source that they came from, where their flow gets them again.
    init(_ messages: [Message], to queue: QueueName, at now: Duration, _ arena: Arena, from source: String? = nil) {
        var out = OutputBuffer(capacity: messages.count * 640)
        var new: [NewMessage] = []
        new.reserveCapacity(messages.count)
        for message in messages {
            let start = out.count
            message.writeBody(in: arena, to: &out)
            let end = out.count
            if let metadata = message.metadata { out.append(arena.view(metadata)) }
            new.append(
                NewMessage(
                    id: message.id, body: start..<end, metadata: message.metadata == nil ? nil : end..<out.count,
                    received: now, source: source))
        }
        self.init(queue: queue, block: out.withBytes { Array($0) }, messages: new)
    }
}
