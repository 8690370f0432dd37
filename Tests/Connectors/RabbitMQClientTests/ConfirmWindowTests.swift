import IntegrationCore
import Testing

@testable import RabbitMQClient

@Suite("What is published and not confirmed")
struct ConfirmWindowTests {
    private let refusal = IntegrationError(.amqpUnroutable, "nowhere")

    @Test
    func `one confirm settles one message`() {
        var window = ConfirmWindow<String>()
        for name in ["a", "b", "c"] { _ = window.add(name, size: 1, messageID: name) }
        #expect(window.settle(2, multiple: false).map(\.slot) == ["b"])
        #expect(window.settle(2, multiple: false).isEmpty)
        #expect(window.count == 2)
    }

    @Test
    func `a multiple confirm settles all up to its number, and nobody twice`() {
        var window = ConfirmWindow<Int>()
        for number in 1...10 { _ = window.add(number, size: 1, messageID: "\(number)") }
        _ = window.settle(3, multiple: false)
        #expect(window.settle(7, multiple: true).map(\.slot) == [1, 2, 4, 5, 6, 7])
        #expect(window.settle(0, multiple: true).map(\.slot) == [8, 9, 10])
        #expect(window.count == 0)
        #expect(window.next == 11)
    }

    @Test
    func `numbers that were never given settle nothing`() {
        var window = ConfirmWindow<Int>()
        _ = window.add(1, size: 1, messageID: nil)
        #expect(window.settle(99, multiple: false).isEmpty)
        #expect(window.settle(99, multiple: true).map(\.slot) == [1])
    }

    @Test
    func `what comes back is found by its id, and refused when it is confirmed`() {
        var window = ConfirmWindow<String>()
        #expect(window.add("a", size: 1, messageID: "x") == nil)
        #expect(window.add("b", size: 1, messageID: "y") == nil)
        let outcome1 = window.returned(number: nil, messageID: "y", refusal)
        #expect(outcome1)
        let settled = window.settle(2, multiple: true)
        #expect(settled.map { $0.refusal?.code } == [nil, .amqpUnroutable])
    }

    @Test
    func `of two with the same id the second bears a number`() {
        var window = ConfirmWindow<String>()
        #expect(window.add("a", size: 1, messageID: "x") == nil)
        #expect(window.add("b", size: 1, messageID: "x") == 2)
        #expect(window.add("c", size: 1, messageID: nil) == 3)
        let outcome2 = window.returned(number: 2, messageID: "x", refusal)
        #expect(outcome2)
        #expect(window.settle(3, multiple: true).map { $0.refusal?.code } == [nil, .amqpUnroutable, nil])
        // The id is free again.
        #expect(window.add("d", size: 1, messageID: "x") == nil)
    }

    @Test
    func `what nobody published can't come back`() {
        var window = ConfirmWindow<String>()
        let outcome3 = window.returned(number: nil, messageID: "x", refusal)
        #expect(!outcome3)
        let outcome4 = window.returned(number: 7, messageID: nil, refusal)
        #expect(!outcome4)
    }

    @Test
    func `a long run keeps only what is under way`() {
        var window = ConfirmWindow<UInt64>()
        for number in 1...UInt64(10_000) {
            _ = window.add(number, size: 1, messageID: nil)
            if number > 5 { #expect(window.settle(number - 5, multiple: false).map(\.slot) == [number - 5]) }
        }
        #expect(window.takeAll().map(\.slot) == [9996, 9997, 9998, 9999, 10_000])
        #expect(window.next == 1)
    }
}
