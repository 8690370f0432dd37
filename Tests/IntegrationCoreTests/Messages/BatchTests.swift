import IntegrationCore
import IntegrationDocument
import Testing

@Suite("Batches") struct BatchTests {
    func batch(_ count: Int) -> Batch {
        Batch(
            arena: Arena(),
            messages: (0..<count).map { Message(id: MessageID(high: 9, low: UInt64($0)), origin: $0, body: .empty) })
    }

    @Test func `filtering keeps the origin and the id of what stays`() {
        var batch = batch(10)
        batch.forEach("filter") { message, _ throws(IntegrationError) in
            message.origin.isMultiple(of: 3) ? .keep : .drop
        }
        #expect(batch.messages.map(\.origin) == [0, 3, 6, 9])
        #expect(batch.messages.map(\.id.low) == [0, 3, 6, 9])
        #expect(batch.dropped.map(\.origin) == [1, 2, 4, 5, 7, 8])
        #expect(batch.failures.isEmpty)
    }

    @Test func `a failed message leaves the batch with the name of what refused it`() {
        var batch = batch(4)
        batch.forEach("check") { message, _ throws(IntegrationError) in
            if message.origin == 2 { throw IntegrationError(.stepFailed, "no") }
            if message.origin == 1 { throw IntegrationError(.stepFailed, "no", component: "inner") }
            return .keep
        }
        #expect(batch.messages.map(\.origin) == [0, 3])
        #expect(batch.failures.map(\.message.origin) == [1, 2])
        #expect(batch.failures.map(\.error.component) == ["inner", "check"])
    }

    @Test func `a failed message is kept as it was when it failed`() {
        var batch = batch(1)
        let place = batch.arena.appendScratch(count: 3) { _ in 3 }
        batch.forEach("change") { message, _ throws(IntegrationError) in
            message.replaceBody(with: place)
            throw IntegrationError(.stepFailed, "no")
        }
        #expect(batch.failures.first?.message.bytes == place)
        #expect(batch.failures.first?.message.original == .empty)
    }

    @Test func `failing all leaves nothing alive`() {
        var batch = batch(3)
        batch.failAll("step", IntegrationError(.stepFailed, "no"))
        #expect(batch.messages.isEmpty)
        #expect(batch.takeFailures().map(\.message.origin) == [0, 1, 2])
        #expect(batch.takeFailures().isEmpty)
    }
}
