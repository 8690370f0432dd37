import ConnectorTestSupport
import FaultProxy
import IntegrationCore
import RabbitMQClient
import Testing

/// Channels on which the broker has refused a message are replaced before the next one.
@Suite(
    "A channel that refused", .enabled(if: RabbitServer.isInstalled, "\(RabbitServer.absence)"), .timeLimit(.minutes(2))
)
struct RefusedChannelTests {
    @Test
    func `a connection that ends while such a channel is replaced costs nothing, not even a try`() async throws {
        let server = try RabbitServer.shared()
        let queue = RabbitServer.freshName("full")
        let topology = AMQPTopology.queue(
            queue, arguments: ["x-max-length": .integer(1), "x-overflow": .string("reject-publish")])
        try await FaultProxy.withProxy(port: server.port) { proxy, port in
            /// Publishes one by one: what became of each, and what had gone to the broker by the end of the first.
            func attempt() async throws -> (outcomes: [ErrorCode?], length: Int) {
                try await AMQPPublisher.withPublisher(.to(port), topology: topology, logger: quiet) { publisher in
                    try await publisher.withChannel(to: "") { channel in
                        let before = proxy.passed(.toServer)
                        var outcomes: [ErrorCode?] = []
                        var length = 0
                        for text in ["a", "b", "c"] {
                            outcomes += await channel.publish([.text(text, to: queue)]).codes
                            if text == "a" { length = proxy.passed(.toServer) - before }
                        }
                        return (outcomes, length)
                    }
                }
            }
            #expect(try await attempt().outcomes == [nil, .amqpRejected, .amqpRejected], "it is full behind the first")
            let whole = try await attempt()
            #expect(whole.outcomes == [.amqpRejected, .amqpRejected, .amqpRejected])
            for more in 1...20 {
                // In the middle of what closes the channel, of its answer, and of what opens the next one.
                proxy.setNext(.reset(after: whole.length + more * 2, .toServer))
                let cut = try await attempt()
                #expect([cut.outcomes[0], cut.outcomes[2]] == [.amqpRejected, .amqpRejected], "\(more)")
                #expect(cut.outcomes[1]?.retryClass == .connection, "nothing of it was sent")
            }
        }
    }
}
