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
        // With a store, who of them ends the process each time is found out.
        let ticket = HeldTicket()
        let taken = await consumer.take(
            source.batchSize, isolating: context.positions != nil, lost: ticket.lost)
        guard !taken.isEmpty else { return nil }
        let batch = batch(of: taken)
        let tags = taken.map(\.tag)
        return Delivery(batch, tickets: [TicketRun(ticket, count: tags.count)]) { [consumer] settlement in
            if settlement.isAccepted { return consumer.settle(tags.map { ($0, .accepted) }) }
            consumer.settle(tags.enumerated().map { ($0.element, AMQPOutcome(settlement.outcome(of: $0.offset))) })
        }
    }

    private func batch(of taken: [AMQPDelivery]) -> Batch {
        let arena = context.arenas.take()
        let parts = taken.map { source.readsEvents ? Part(eventOf: $0) : Part(delivery: $0, body: $0.body) }
        let block = ByteBlock(capacity: parts.reduce(0) { $0 + $1.body.count }) { target in
            var place = 0
            for part in parts {
                part.body.withUnsafeBytes { body in
                    UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(target)[place...])
                        .copyMemory(from: body)
                }
                place += part.body.count
            }
            return place
        }
        arena.attach(block, as: Arena.sourceBase)
        let fresh = freshIDs(parts.count)
        var batch = Batch(arena: arena, messages: [])
        batch.messages.reserveCapacity(parts.count)
        var place = 0
        for (origin, part) in parts.enumerated() {
            let id =
                part.delivery.properties.messageID.map { MessageID(known: $0, in: source.queue) }
                ?? MessageID(high: fresh.high, low: fresh.low &+ UInt64(origin))
            let message = Message(
                id: id, origin: origin,
                body: Slice(base: Arena.sourceBase, offset: place, length: part.body.count),
                metadata: DeliveryMetadata.write(part.delivery, part.event, in: arena),
                receiveCount: DeliveryMetadata.receiveCount(part.delivery))
            if let failure = part.failure {
                batch.take(failed: FailedMessage(message: message, error: failure))
            } else {
                batch.messages.append(message)
            }
            place += part.body.count
        }
        return batch
    }

    /// A delivery and what of it is the message.
    private struct Part {
        var delivery: AMQPDelivery
        var body: [UInt8]
        var event: CloudEvent?
        /// Why it is none.
        var failure: IntegrationError?

        init(delivery: AMQPDelivery, body: [UInt8]) { (self.delivery, self.body) = (delivery, body) }

        /// The event in a delivery: its data; the body as it is where there is no event in it.
        init(eventOf delivery: AMQPDelivery) {
            self.init(delivery: delivery, body: delivery.body)
            do throws(IntegrationError) {
                let event = try MessageEvents.read(delivery)
                body = event.data ?? []
                self.event = event
            } catch {
                failure = error
            }
        }
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
