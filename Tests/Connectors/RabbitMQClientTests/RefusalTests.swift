import ConnectorTestSupport
import IntegrationCore
import Testing

@testable import RabbitMQClient

/// What a broker says when it ends something, in our words.
@Suite("Refusals of RabbitMQ")
struct RefusalTests {
    @Test
    func `a limit and a virtual host that is down are told from a missing right`() {
        let login = AMQPFailure.Stage.login(user: "eva", virtualHost: "shop")
        func refusal(_ text: String) -> IntegrationError {
            AMQPFailure.refusal(530, "NOT_ALLOWED - access to vhost 'shop' refused for user 'eva'\(text)", login)
        }
        #expect(refusal("").code == .accessRefused)
        let limit = refusal(": connection limit (2) is reached")
        #expect(limit.code == .connectionRefused && limit.message == "the broker takes no more connections here")
        let down = refusal(": vhost is down")
        #expect(down.code == .connectionRefused && down.message == "the virtual host `shop` is down at that node")
    }

    @Test
    func `what is not allowed is named`() {
        let text = "ACCESS_REFUSED - access to exchange 'orders' in vhost '/' refused for user 'eva'"
        let publishing = AMQPFailure.refusal(403, text, .publishing(exchange: "orders"))
        #expect(publishing.message == "the user may not publish to the exchange `orders`")
        let declaring = AMQPFailure.refusal(403, text, .declaring("the exchange `orders`"))
        #expect(declaring.message == "the user may not do this: declaring the exchange `orders`")
        let consuming = AMQPFailure.refusal(403, "ACCESS_REFUSED - access to queue 'q'", .consuming(queue: "q"))
        #expect(consuming.message == "the user may not consume the queue `q`")
    }

    @Test(
        .enabled(if: RabbitServer.isInstalled, "\(RabbitServer.absence)"),
        arguments: ["x-message-ttl", "x-max-priority", "x-overflow"])
    func `an argument that the broker does not take is no other kind`(_ argument: String) async throws {
        let server = try RabbitServer.shared()
        let queue = RabbitServer.freshName("queue")
        let topology = AMQPTopology.queue(queue, arguments: AMQPTable([.init(argument, .string("much"))]))
        let error = try await publish([.text("1", to: queue)], .to(server.port), topology: topology)[0]
        #expect(error?.code == .amqpDiffers)
        #expect(error?.message.contains("an argument that the broker does not take") == true)
        #expect(error?.causes.joined().contains(argument) == true)
    }

    @Test(.enabled(if: RabbitServer.isInstalled, "\(RabbitServer.absence)"), .timeLimit(.minutes(1)))
    func `a broker that waits no longer for acknowledgements is said to do so, with a remedy`() async throws {
        let server = try RabbitServer()
        try server.control("eval", "application:set_env(rabbit, consumer_timeout, 1000).")
        try server.control("eval", "application:set_env(rabbit, channel_tick_interval, 1000).")
        let queue = RabbitServer.freshName("queue")
        let options = AMQPOptions.to(server.port)
        try await publish([.text("1", to: queue)], options, topology: .queue(queue))
        let recorder = LogRecorder()
        try await AMQPConsumer.withConsumer(
            options, ConsumerOptions(queue: queue, prefetch: 1),
            logger: recorder.logger, isFatal: { _ in true }
        ) { consumer in
            let lost = ShutdownSignal()
            #expect(await consumer.take(1, lost: lost).count == 1)
            await lost.wait()
            #expect(await consumer.takeAll(1).map(\.isRedelivered) == [true])
        }
        let line = recorder.text
        #expect(line.contains("consumer_timeout") && line.contains("visibility_timeout"), "\(line)")
    }
}
