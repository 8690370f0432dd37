import IntegrationCore
import IntegrationDocument
import Synchronization
import Testing

@Suite("Deliveries") struct DeliveryTests {
    final class Log: Sendable {
        let settlements = Mutex<[Settlement]>([])
        var count: Int { settlements.withLock { $0.count } }
        var first: Settlement? { settlements.withLock { $0.first } }
    }

    func delivery(_ log: Log, messages: Int = 2) -> Delivery {
        let messages = (0..<messages).map { Message(id: MessageID(high: 0, low: UInt64($0)), origin: $0, body: .empty) }
        return Delivery(Batch(arena: Arena(), messages: messages)) { settlement in
            log.settlements.withLock { $0.append(settlement) }
        }
    }

    @Test func `a delivery is settled exactly once`() {
        let log = Log()
        delivery(log).settle(.accepted)
        #expect(log.count == 1)
        #expect(log.first?.outcome(of: 1).isAccepted == true)
    }

    @Test func `a delivery that is dropped is released`() {
        let log = Log()
        do { _ = delivery(log) }
        #expect(log.count == 1)
        #expect(log.first?.outcome(of: 0).isReleased == true)
    }

    @Test func `a delivery whose batch was taken and then dropped is released once`() {
        let log = Log()
        do {
            var delivery = delivery(log)
            #expect(delivery.takeBatch().messages.count == 2)
        }
        #expect(log.count == 1)
        #expect(log.first?.outcome(of: 0).isReleased == true)
    }

    @Test func `a delivery that is dropped by an error is released once`() {
        struct Failure: Error {}
        let log = Log()
        func fail(_ delivery: consuming Delivery) throws { throw Failure() }
        #expect(throws: Failure.self) { try fail(delivery(log)) }
        #expect(log.count == 1)
    }

    @Test func `a delivery counts the messages that its source refused`() {
        let message = Message(id: MessageID(high: 0, low: 1), origin: 0, body: .empty)
        let failed = FailedMessage(
            message: Message(id: MessageID(high: 0, low: 2), origin: 1, body: .empty),
            error: IntegrationError(.messageTooLarge, "too large"))
        let delivery = Delivery(Batch(arena: Arena(), messages: [message], failures: [failed])) { _ in }
        #expect(delivery.count == 2)
        delivery.settle(.accepted)
    }

    @Test func `an exception speaks for its message alone`() {
        let refusal = IntegrationError(.messageNotJSON, "no")
        let settlement = Settlement(.accepted, exceptions: [(1, .released), (2, .refused(refusal))])
        #expect(settlement.outcome(of: 0).isAccepted)
        #expect(settlement.outcome(of: 1).isReleased)
        guard case .refused(let error) = settlement.outcome(of: 2) else {
            Issue.record("message 2 is not refused")
            return
        }
        #expect(error.code == .messageNotJSON)
    }
}

extension Settlement.Outcome {
    var isAccepted: Bool {
        if case .accepted = self { true } else { false }
    }
    var isReleased: Bool {
        if case .released = self { true } else { false }
    }
}
