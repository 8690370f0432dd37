public import IntegrationCore

/// Gathers a source's deliveries into larger ones (`batch: {count, bytes, linger}`).
///
/// A gathered delivery is handed over when it is full by count or bytes, when its oldest message has waited for
/// `linger`, or when the source ends or the flow shuts down. What became of its messages is told to each delivery that
/// went into it. Deliveries are joined, never cut: one that is larger than the batch by itself goes through as it is.
///
/// It reads ahead by one delivery at most, and only while a lane waits.
public struct BatchingSource: Source {
    public let source: any Source
    /// Most messages in a delivery.
    public let count: Int
    /// Most bytes of bodies in a delivery.
    public let bytes: Int
    /// How long a message waits for others; zero: what is there is handed over at once.
    public let linger: Duration

    public init(_ source: any Source, count: Int = 100, bytes: Int = 4 << 20, linger: Duration = .zero) {
        self.source = source
        self.count = max(1, count)
        self.bytes = max(1, bytes)
        self.linger = max(.zero, linger)
    }

    public var guarantee: DeliveryGuarantee { source.guarantee }
    public var isFinite: Bool { source.isFinite }
    public var decoder: (any Step)? { source.decoder }
    public var acknowledgement: SourceAcknowledgement { source.acknowledgement }

    public func withReceiver<R: Sendable>(
        in context: FlowContext, _ body: (any Receiver) async throws -> R
    ) async throws -> R {
        try await source.withReceiver(in: context) { receiver in
            let gathering = Gathering(GatheringPlan(count: count, bytes: bytes, linger: linger), context: context)
            return try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await gathering.fill(from: receiver) }
                defer { group.cancelAll() }
                return try await body(BatchingReceiver(gathering: gathering))
            }
        }
    }
}

private struct BatchingReceiver: Receiver {
    let gathering: Gathering

    func receive() async throws(IntegrationError) -> Delivery? {
        try await gathering.take().map { $0.delivery() }
    }
}
