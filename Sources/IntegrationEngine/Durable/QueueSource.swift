public import IntegrationCore
public import IntegrationStore

/// Reads an embedded queue. Class A: messages are leased, and leave the queue in the transaction that settles them.
public struct QueueSource: Source {
    public var queue: QueueName
    /// Most messages in a delivery; what is there is delivered at once.
    public var batchSize: Int
    /// How long a message is kept from others; extended while work goes on.
    public var visibilityTimeout: Duration
    public var concurrency: Int?
    let storage: Storage

    public init(
        _ queue: QueueName, in storage: Storage, batchSize: Int = 100, visibilityTimeout: Duration = .seconds(30),
        concurrency: Int? = nil
    ) {
        self.queue = queue
        self.storage = storage
        self.batchSize = max(1, batchSize)
        self.visibilityTimeout = visibilityTimeout
        self.concurrency = concurrency
    }

    public var guarantee: DeliveryGuarantee { .atLeastOnce }
    /// It ends when nobody is left who could fill it.
    public var isFinite: Bool { true }

    public func withReceiver<R: Sendable>(
        in context: FlowContext, _ body: (any Receiver) async throws -> R
    ) async throws -> R {
        let receiver = QueueReceiver(self, store: try storage.store, context: context)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await receiver.keepLeases() }
            do {
                let result = try await body(receiver)
                group.cancelAll()
                await receiver.putBackReleased()
                return result
            } catch {
                group.cancelAll()
                await receiver.putBackReleased()
                throw error
            }
        }
    }
}

extension Source {
    /// The queue of the store that it reads; nil where it reads something else.
    var storeQueue: QueueName? {
        switch self {
        case let source as QueueSource: source.queue
        case let source as BatchingSource: source.source.storeQueue
        case let source as GatedSource: source.source.storeQueue
        default: nil
        }
    }
}
