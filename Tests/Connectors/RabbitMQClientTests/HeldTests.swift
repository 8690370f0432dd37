import ConnectorTestSupport
import IntegrationCore
import RabbitMQClient
import Testing

/// Messages that were handed over while nobody works on them.
@Suite(
    "Messages that nobody takes", .enabled(if: RabbitServer.isInstalled, "\(RabbitServer.absence)"),
    .timeLimit(.minutes(2)))
struct HeldTests {
    @Test(arguments: [0, 1])
    func `a taker that pauses lets others have them, and no delivery limit drops them`(_ taken: Int) async throws {
        let server = try RabbitServer.shared()
        let options = AMQPOptions.to(server.port)
        let (queue, dead) = (RabbitServer.freshName("queue"), RabbitServer.freshName("dead"))
        let limited: AMQPTable = [
            "x-queue-type": .string("quorum"), "x-delivery-limit": .integer(3),
            "x-dead-letter-exchange": .string(""), "x-dead-letter-routing-key": .string(dead),
        ]
        var topology = AMQPTopology.queue(queue, arguments: limited)
        topology.queues.append(AMQPTopology.Queue(dead))
        try await publish((0..<10).map { .text("\($0)", to: queue) }, options, topology: topology)
        let got = try await consuming(queue, options, visibility: .milliseconds(300)) { paused in
            #expect(await paused.takeAll(taken).count == taken)
            // The visibility timeout passes again and again, without a take.
            try await Task.sleep(for: .seconds(4))
            let others = try await consuming(queue, options) { await $0.takeAll(4) }
            return others + (await paused.takeAll(6 - taken))
        }
        #expect(got.count == 10 - taken)
        #expect(try server.count(in: dead) == 0)
        let counts = got.compactMap { delivery -> Int64? in
            if case .integer(let count)? = delivery.properties.headers["x-delivery-count"] { count } else { nil }
        }
        #expect(counts.allSatisfy { $0 <= 2 }, "\(counts)")
    }

    @Test
    func `what waits while others are worked on is not given back`() async throws {
        let server = try RabbitServer.shared()
        let options = AMQPOptions.to(server.port)
        let queue = RabbitServer.freshName("queue")
        try await publish((0..<4).map { .text("\($0)", to: queue) }, options, topology: .queue(queue))
        let rest = try await consuming(queue, options) { consumer in
            let first = await consumer.take(1)
            try await Task.sleep(for: .seconds(4))
            consumer.settle(first.map { ($0.tag, .accepted) })
            return await consumer.takeAll(3)
        }
        #expect(rest.allSatisfy { !$0.isRedelivered })
    }
}
