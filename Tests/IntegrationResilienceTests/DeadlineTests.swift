import IntegrationResilience
import Testing

@Suite("A deadline") struct DeadlineTests {
    @Test func `the sooner of two deadlines holds, and none is later than any`() {
        let soon = Deadline(.seconds(2), after: .seconds(10))
        let late = Deadline(.seconds(5), after: .seconds(10))
        #expect(soon.sooner(late) == soon)
        #expect(late.sooner(soon) == soon)
        #expect(Deadline.none.sooner(late) == late)
        #expect(late.sooner(.none) == late)
        #expect(late.capped(.seconds(1), at: .seconds(10)).moment == .seconds(11))
        #expect(soon.capped(nil, at: .seconds(10)) == soon)
    }

    @Test func `it is over at its moment, and nothing is left of it then`() {
        let deadline = Deadline(.seconds(2), after: .seconds(10))
        #expect(!deadline.isOver(at: .milliseconds(11_999)))
        #expect(deadline.remaining(at: .milliseconds(11_999)) == .milliseconds(1))
        #expect(deadline.isOver(at: .seconds(12)))
        #expect(deadline.remaining(at: .seconds(13)) == .zero)
        #expect(!Deadline.none.isOver(at: .seconds(1_000_000)))
        #expect(Deadline.none.remaining(at: .zero) == nil)
    }
}
