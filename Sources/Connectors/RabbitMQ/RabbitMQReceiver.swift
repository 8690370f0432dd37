internal import IntegrationCore
internal import IntegrationDocument
internal import RabbitMQClient
internal import Synchronization

/// Makes deliveries of what the broker handed over, and tells it what became of them.
final class RabbitMQReceiver: Receiver {
    private let source: RabbitMQSource
    private let consumer: AMQPConsumer
    private let context: FlowContext
    private let generator = Mutex(MessageIDGenerator())

    init(_ source: RabbitMQSource, consumer: AMQPConsumer, context: FlowContext) {
        (self.source, self.consumer, self.context) = (source, consumer, context)
    }

    func receive() async throws(IntegrationError) -> Delivery? {
        let taken = await consumer.take(source.batchSize)
        guard !taken.isEmpty else { return nil }
        let batch = batch(of: taken)
        let tags = taken.map(\.tag)
        return Delivery(batch) { [consumer] settlement in
            if settlement.isAccepted { return consumer.settle(tags.map { ($0, .accepted) }) }
            consumer.settle(tags.enumerated().map { ($0.element, AMQPOutcome(settlement.outcome(of: $0.offset))) })
        }
    }

    private func batch(of taken: [AMQPDelivery]) -> Batch {
        let arena = context.arenas.take()
        let size = taken.reduce(0) { $0 + $1.body.count }
        let block = ByteBlock(capacity: size) { target in
            var place = 0
            for delivery in taken {
                delivery.body.withUnsafeBytes { body in
                    UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(target)[place...])
                        .copyMemory(from: body)
                }
                place += delivery.body.count
            }
            return place
        }
        arena.attach(block, as: Arena.sourceBase)
        let fresh = freshIDs(taken.count)
        var messages: [Message] = []
        messages.reserveCapacity(taken.count)
        var place = 0
        for (origin, delivery) in taken.enumerated() {
            let id =
                delivery.properties.messageID.map { MessageID(known: $0, in: source.queue) }
                ?? MessageID(high: fresh.high, low: fresh.low &+ UInt64(origin))
            messages.append(
                Message(
                    id: id, origin: origin,
                    body: Slice(base: Arena.sourceBase, offset: place, length: delivery.body.count),
                    metadata: DeliveryMetadata.write(delivery, in: arena),
                    receiveCount: DeliveryMetadata.receiveCount(delivery)))
            place += delivery.body.count
        }
        return Batch(arena: arena, messages: messages)
    }

    private func freshIDs(_ count: Int) -> MessageID {
        var random = SystemRandomNumberGenerator()
        let now = UInt64(max(0, context.clock.wallTime.milliseconds))
        return generator.withLock { $0.next(count, at: now, using: &random) }
    }
}

extension AMQPOutcome {
    init(_ outcome: Settlement.Outcome) {
        switch outcome {
        case .accepted: self = .accepted
        case .released: self = .requeued
        case .refused: self = .rejected
        }
    }
}
