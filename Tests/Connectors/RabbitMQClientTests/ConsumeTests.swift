import ConnectorTestSupport
import FaultProxy
import IntegrationCore
import RabbitMQClient
import Testing

@Suite(
    "Consuming from RabbitMQ", .enabled(if: RabbitServer.isInstalled, "\(RabbitServer.absence)"),
    .timeLimit(.minutes(2)))
struct ConsumeTests {
    private let server: RabbitServer
    private let options: AMQPOptions

    init() throws {
        server = try RabbitServer.shared()
        options = .to(server.port)
    }

    private func filled(_ count: Int, arguments: AMQPTable = AMQPTable()) async throws -> String {
        let queue = RabbitServer.freshName("queue")
        let outcomes = try await publish(
            (0..<count).map { .text("\($0)", to: queue) }, options, topology: .queue(queue, arguments: arguments))
        #expect(outcomes.allSatisfy { $0 == nil })
        return queue
    }

    @Test
    func `what is accepted is gone, what is not comes again, marked as such`() async throws {
        let queue = try await filled(10)
        try await consuming(queue, options) { consumer in
            let all = await consumer.takeAll(10, as: nil)
            #expect(all.map(\.text) == (0..<10).map { "\($0)" })
            consumer.settle(all.enumerated().map { ($0.element.tag, $0.offset < 6 ? .accepted : .requeued) })
            let again = await consumer.takeAll(4, as: nil)
            #expect(again.map(\.text) == (6..<10).map { "\($0)" })
            #expect(!again.contains { !$0.isRedelivered })
        }
        // What was not settled at the end comes to the next.
        let rest = try await consuming(queue, options) { await $0.takeAll(4) }
        #expect(rest.map(\.text) == (6..<10).map { "\($0)" })
        let none = try await publish([.text("last", to: queue)], options)
        #expect(none.codes == [nil])
        let last = try await consuming(queue, options) { await $0.takeAll(1) }
        #expect(last.map(\.text) == ["last"])
    }

    @Test
    func `a quorum queue counts how often it handed a message over`() async throws {
        let queue = try await filled(1, arguments: ["x-queue-type": .string("quorum")])
        try await consuming(queue, options) { consumer in
            let first = await consumer.takeAll(1, as: .requeued)
            #expect(first.first?.properties.headers["x-delivery-count"] == nil)
            let second = await consumer.takeAll(1)
            #expect(second.first?.properties.headers["x-delivery-count"] == .integer(1))
        }
    }

    @Test
    func `no more than the prefetch is handed over unsettled`() async throws {
        let queue = try await filled(20)
        try await consuming(queue, options, prefetch: 5) { consumer in
            let first = await consumer.takeAll(5, as: nil)
            // The rest comes to somebody else meanwhile, so it is not here.
            let others = try await consuming(queue, options, prefetch: 20) { await $0.takeAll(15) }
            #expect(others.map(\.text) == (5..<20).map { "\($0)" })
            consumer.settle(first.map { ($0.tag, .accepted) })
        }
    }

    @Test
    func `what is rejected goes where the queue sends its dead letters`() async throws {
        let dead = RabbitServer.freshName("dead")
        let queue = RabbitServer.freshName("queue")
        var topology = AMQPTopology.queue(
            queue, arguments: ["x-dead-letter-exchange": .string(""), "x-dead-letter-routing-key": .string(dead)])
        topology.queues += AMQPTopology.queue(dead).queues
        try await publish([.text("1", to: queue)], options, topology: topology)
        _ = try await consuming(queue, options) { await $0.takeAll(1, as: .rejected) }
        let got = try await consuming(dead, options) { await $0.takeAll(1) }
        #expect(got.map(\.text) == ["1"])
        #expect(got.first?.properties.headers["x-death"] != nil)
    }

    @Test
    func `what is held longer than the visibility timeout goes back, and settling it is too late`() async throws {
        let queue = try await filled(2)
        try await consuming(queue, options, visibility: .milliseconds(300)) { consumer in
            let first = await consumer.takeAll(2, as: nil)
            let again = await consumer.takeAll(2, as: nil)
            #expect(again.map(\.text) == first.map(\.text))
            #expect(!again.contains { !$0.isRedelivered })
            // Too late: the messages belong to the second hand-over.
            consumer.settle(first.map { ($0.tag, .accepted) })
            consumer.settle(again.map { ($0.tag, .accepted) })
        }
        try await publish([.text("last", to: queue)], options)
        let left = try await consuming(queue, options) { await $0.takeAll(1) }
        #expect(left.map(\.text) == ["last"])
    }

    @Test
    func `a second exclusive consumer is refused, and says why`() async throws {
        let queue = try await filled(1)
        try await consuming(queue, options, isExclusive: true) { _ in
            let error = await failure { try await consuming(queue, options) { _ in } }
            #expect(error?.code == .amqpQueueTaken)
            #expect(error?.message.contains(queue) == true)
        }
    }

    @Test
    func `of a queue with a single active consumer another takes over where that one goes`() async throws {
        let (options, queue) = (options, try await filled(5, arguments: ["x-single-active-consumer": .bool(true)]))
        try await withThrowingTaskGroup(of: [String].self) { group in
            try await consuming(queue, options, prefetch: 1) { first in
                let got = await first.takeAll(2)
                group.addTask { try await consuming(queue, options) { await $0.takeAll(2) }.map(\.text) }
                let more = await first.takeAll(1)
                #expect((got + more).map(\.text) == ["0", "1", "2"])
            }
            #expect(try await group.next() == ["3", "4"])
        }
    }

    @Test
    func `a queue that is not there is said, and one that is taken away is consumed again when it is back`()
        async throws
    {
        let queue = RabbitServer.freshName("queue")
        // Its tool takes queues away, so it has to be a broker of the tests' own.
        let server = try RabbitServer()
        let options = AMQPOptions.to(server.port)
        let error = await failure { try await consuming(queue, options) { _ in } }
        #expect(error?.code == .amqpNotFound)

        try await consuming(queue, options, topology: .queue(queue, arguments: ["x-expires": .integer(60_000)])) {
            consumer in
            try server.control("delete_queue", queue)
            // Declared anew by the consumer itself; until then nothing can be published to it.
            var outcome = try await publish([.text("1", to: queue)], options)
            while outcome.first??.code == .amqpUnroutable {
                outcome = try await publish([.text("1", to: queue)], options)
            }
            let got = await consumer.takeAll(1)
            #expect(got.map(\.text) == ["1"])
        }
    }

    @Test
    func `after a cut everything unsettled comes again, and old tags settle nothing`() async throws {
        let queue = try await filled(5)
        try await FaultProxy.withProxy(port: server.port) { proxy, port in
            try await consuming(queue, .to(port)) { consumer in
                let first = await consumer.takeAll(5, as: nil)
                proxy.cutAll()
                let again = await consumer.takeAll(5, as: nil)
                #expect(again.map(\.text) == first.map(\.text))
                consumer.settle(first.map { ($0.tag, .accepted) })
            }
        }
        let rest = try await consuming(queue, options) { await $0.takeAll(5) }
        #expect(rest.count == 5)
    }

    @Test
    func `who has finished leaves the rest to others, and can settle what he took`() async throws {
        let queue = try await filled(6)
        try await consuming(queue, options, prefetch: 6) { consumer in
            let taken = await consumer.takeAll(2, as: nil)
            consumer.finish()
            let others = try await consuming(queue, options) { await $0.takeAll(4) }
            #expect(others.map(\.text) == ["2", "3", "4", "5"])
            consumer.settle(taken.map { ($0.tag, .accepted) })
        }
        try await publish([.text("last", to: queue)], options)
        let rest = try await consuming(queue, options) { await $0.takeAll(1) }
        #expect(rest.map(\.text) == ["last"])
    }

    @Test
    func `a consumer that waits ends at once when it is told to, and when it is cancelled`() async throws {
        let queue = RabbitServer.freshName("queue")
        let started = SystemClock().now
        try await consuming(queue, options, topology: .queue(queue)) { consumer in
            async let taken = consumer.take(1)
            consumer.finish()
            #expect(await taken.isEmpty)
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                _ = await failure { try await consuming(queue, options) { _ = await $0.take(1) } }
            }
            group.cancelAll()
        }
        #expect(SystemClock().now - started < .seconds(10))
    }
}
