import IntegrationCore
import Testing

@Suite("Message ids") struct MessageIDTests {
    @Test func `an id survives being printed and read`() throws {
        var random = RandomSource(seed: 1)
        for _ in 0..<2000 {
            let id = MessageID(high: random.next() >> UInt64.random(in: 0...63, using: &random), low: random.next())
            #expect(id.description.utf8.count == 26)
            #expect(MessageID(id.description) == id)
        }
    }

    @Test(arguments: [
        (MessageID(high: 0, low: 0), "00000000000000000000000000"),
        (MessageID(high: 0, low: 31), "0000000000000000000000000Z"),
        (MessageID(high: 1, low: 0), "0000000000000G000000000000"),
        (MessageID(high: .max, low: .max), "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"),
    ])
    func `an id is printed as a ULID`(_ id: MessageID, _ text: String) {
        #expect(id.description == text)
        #expect(MessageID(text) == id)
    }

    @Test(arguments: [
        "", "0", "000000000000000000000000000", "0000000000000000000000000I", "0000000000000000000000000-",
        "80000000000000000000000000",
    ])
    func `a text that is no ULID is not an id`(_ text: String) {
        #expect(MessageID(text) == nil)
    }

    @Test func `ids are ordered as their texts are`() {
        var random = RandomSource(seed: 2)
        for _ in 0..<2000 {
            let left = MessageID(high: random.next() & 3, low: random.next())
            let right = MessageID(high: random.next() & 3, low: random.next())
            #expect((left < right) == (left.description < right.description))
        }
    }

    @Test func `fresh ids rise within a millisecond and from one to the next`() {
        var random = RandomSource(seed: 3)
        var generator = MessageIDGenerator()
        var last = MessageID(high: 0, low: 0)
        for step in 0..<1000 {
            let count = 1 + step % 7
            let first = generator.next(count, at: 1_767_225_600_000 + UInt64(step / 10), using: &random)
            #expect(last < first)
            last = MessageID(high: first.high, low: first.low + UInt64(count - 1))
        }
    }

    @Test func `the first 48 bits of a fresh id are the time`() {
        var random = RandomSource(seed: 4)
        var generator = MessageIDGenerator()
        #expect(generator.next(1, at: 1_767_225_600_123, using: &random).high >> 16 == 1_767_225_600_123)
    }

    @Test func `ids do not fall when the wall clock is set back`() {
        var random = RandomSource(seed: 5)
        var generator = MessageIDGenerator()
        let before = generator.next(1, at: 1_767_225_600_123, using: &random)
        let after = generator.next(1, at: 1_767_225_600_100, using: &random)
        #expect(before != after)
        #expect(before < after)
    }
}
