import Testing

@testable import RabbitMQClient

@Suite("What a consumer has not settled")
struct AckLedgerTests {
    private func ledger(_ count: UInt64) -> AckLedger {
        var ledger = AckLedger()
        for tag in 1...count { ledger.add(tag, until: .seconds(Int(tag))) }
        return ledger
    }

    @Test
    func `what is settled from the oldest on goes to the broker as one`() {
        var ledger = ledger(5)
        for tag in [3, 1, 2] as [UInt64] {
            let isNew = ledger.settle(tag, .accepted)
            #expect(isNew)
        }
        #expect(ledger.takeActions() == [.accept(3, multiple: true)])
        #expect(ledger.takeActions() == [])
    }

    @Test
    func `behind something unsettled each goes by itself, once`() {
        var ledger = ledger(4)
        ledger.settle(2, .accepted)
        ledger.settle(3, .accepted)
        #expect(ledger.takeActions() == [.accept(2, multiple: false), .accept(3, multiple: false)])
        ledger.settle(1, .accepted)
        #expect(ledger.takeActions() == [.accept(1, multiple: false)])
        ledger.settle(4, .requeued)
        #expect(ledger.takeActions() == [.requeue(4, multiple: false)])
    }

    @Test
    func `different outcomes never mix`() {
        var ledger = ledger(7)
        let outcomes: [AMQPOutcome] = [.accepted, .accepted, .requeued, .requeued, .rejected, .rejected, .accepted]
        for (index, outcome) in outcomes.enumerated() { ledger.settle(UInt64(index + 1), outcome) }
        #expect(
            ledger.takeActions() == [
                .accept(2, multiple: true), .requeue(4, multiple: true), .reject(5), .reject(6),
                .accept(7, multiple: false),
            ])
    }

    @Test
    func `what is held for too long goes back, and is settled too late`() {
        var ledger = ledger(3)
        #expect(ledger.nextDeadline == .seconds(1))
        let outcome1 = ledger.extend(1, until: .seconds(10))
        #expect(outcome1)
        #expect(ledger.expire(.seconds(3)) == [2, 3])
        let outcome2 = ledger.settle(2, .accepted)
        #expect(!outcome2)
        let outcome3 = ledger.extend(3, until: .seconds(20))
        #expect(!outcome3)
        #expect(ledger.takeActions() == [.requeue(2, multiple: false), .requeue(3, multiple: false)])
        #expect(ledger.nextDeadline == .seconds(10))
        let outcome4 = ledger.settle(1, .accepted)
        #expect(outcome4)
        #expect(ledger.takeActions() == [.accept(1, multiple: false)])
        #expect(ledger.nextDeadline == nil)
    }

    @Test
    func `a tag that was never handed over settles nothing`() {
        var ledger = ledger(2)
        let outcome5 = ledger.settle(9, .accepted)
        #expect(!outcome5)
        #expect(ledger.takeActions() == [])
    }
}
