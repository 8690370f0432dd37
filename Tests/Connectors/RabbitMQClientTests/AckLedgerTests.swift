import Testing

@testable import RabbitMQClient

@Suite("What a consumer has not settled")
struct AckLedgerTests {
    private func ledger(_ count: UInt64) -> AckLedger {
        var ledger = AckLedger()
        for tag in 1...count {
            ledger.add(tag)
            _ = ledger.begin(tag, until: .seconds(Int(tag)))
        }
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
        #expect(ledger.nextDeadline() == .seconds(1))
        let outcome1 = ledger.begin(1, until: .seconds(10))
        #expect(outcome1)
        #expect(ledger.expire(.seconds(3)) == [2, 3])
        let outcome2 = ledger.settle(2, .accepted)
        #expect(!outcome2)
        let outcome3 = ledger.begin(3, until: .seconds(20))
        #expect(!outcome3)
        #expect(ledger.takeActions() == [.requeue(2, multiple: false), .requeue(3, multiple: false)])
        #expect(ledger.nextDeadline() == .seconds(10))
        let outcome4 = ledger.settle(1, .accepted)
        #expect(outcome4)
        #expect(ledger.takeActions() == [.accept(1, multiple: false)])
        #expect(ledger.nextDeadline() == nil)
    }

    @Test
    func `behind something unsettled nothing is kept of what is settled`() {
        var ledger = AckLedger()
        ledger.add(1)
        _ = ledger.begin(1, until: .seconds(300))
        for tag in 2...100_000 as ClosedRange<UInt64> {
            ledger.add(tag)
            _ = ledger.begin(tag, until: .seconds(300) + .milliseconds(tag))
            ledger.settle(tag, .accepted)
            #expect(ledger.takeActions() == [.accept(tag, multiple: false)])
        }
        #expect(ledger.count == 1)
        #expect(ledger.size < 300)
        ledger.settle(1, .accepted)
        #expect(ledger.takeActions() == [.accept(1, multiple: false)])
        #expect(ledger.count == 0)
    }

    @Test
    func `what was told already does not part those that go together`() {
        var ledger = ledger(5)
        ledger.settle(3, .requeued)
        #expect(ledger.takeActions() == [.requeue(3, multiple: false)])
        for tag in [1, 2, 4] as [UInt64] { ledger.settle(tag, .accepted) }
        #expect(ledger.takeActions() == [.accept(4, multiple: true)])
    }

    @Test
    func `a tag that was never handed over settles nothing`() {
        var ledger = ledger(2)
        let outcome5 = ledger.settle(9, .accepted)
        #expect(!outcome5)
        #expect(ledger.takeActions() == [])
    }
}
