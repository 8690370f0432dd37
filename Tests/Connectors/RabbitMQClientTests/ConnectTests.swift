import ConnectorTestSupport
import FaultProxy
import IntegrationCore
import RabbitMQClient
import Testing

@Suite(
    "Connecting to RabbitMQ", .enabled(if: RabbitServer.isInstalled, "\(RabbitServer.absence)"), .timeLimit(.minutes(2))
)
struct ConnectTests {
    private let server: RabbitServer

    init() throws { server = try RabbitServer.shared() }

    private func error(
        _ change: (inout AMQPOptions) -> Void, _ topology: AMQPTopology = AMQPTopology()
    ) async throws
        -> IntegrationError?
    {
        var options = AMQPOptions.to(server.port, timeout: .seconds(3))
        change(&options)
        return try await publish([.text("1", to: "nowhere")], options, topology: topology).first ?? nil
    }

    @Test
    func `each way not to get in has its own words`() async throws {
        let refused = try await error { $0.addresses = [.init("127.0.0.1", 1)] }
        #expect(refused?.code == .connectionRefused)
        #expect(refused?.message.contains("127.0.0.1:1") == true)
        let unknown = try await error { $0.addresses = [.init("no..host", 5672)] }
        #expect(unknown?.code == .hostUnknown)
        let password = try await error { $0.password = SecretString("wrong") }
        #expect(password?.code == .accessRefused)
        #expect(password?.message.contains("`guest`") == true)
        let host = try await error { $0.virtualHost = "missing" }
        #expect(host?.code == .amqpNotFound)
        #expect(host?.message.contains("`missing`") == true)
    }

    @Test
    func `a list of addresses is tried in order`() async throws {
        let error = try await error { $0.addresses.insert(.init("127.0.0.1", 1), at: 0) }
        #expect(error?.code == .amqpUnroutable)
    }

    @Test(arguments: [nil, TLSConfiguration()])
    func `who accepts and says nothing is given up in time, and no message loses a try`(
        _ tls: TLSConfiguration?
    ) async throws {
        let silent = try ServerProcess.silent()
        let port = try #require(Int(silent.greeting))
        let started = SystemClock().now
        let error = try await error {
            $0.addresses = [.init("127.0.0.1", port)]
            $0.tls = tls
            $0.timeout = .seconds(2)
        }
        #expect(error?.code == .connectTimedOut)
        #expect(SystemClock().now - started < .seconds(2))
    }

    @Test(
        arguments: [nil, TLSConfiguration()],
        [NetworkFault.refuse, .cut(after: 1, .toServer), .reset(after: 1, .toServer)])
    func `who accepts and closes costs no message a try`(_ tls: TLSConfiguration?, _ fault: NetworkFault) async throws {
        try await FaultProxy.withProxy(port: server.port) { proxy, port in
            proxy.set(fault)
            let error = try await error {
                $0.addresses = [.init("127.0.0.1", port)]
                $0.tls = tls
            }
            #expect(error?.code.retryClass == .connection, "\(String(describing: error))")
        }
    }

    @Test
    func `a silent node leaves the next its turn, and the one that worked is gone to first`() async throws {
        let silent = try ServerProcess.silent()
        let port = try #require(Int(silent.greeting))
        let queue = RabbitServer.freshName("queue")
        try await FaultProxy.withProxy(port: server.port) { proxy, sound in
            var options = AMQPOptions.to(port, timeout: .seconds(4))
            options.addresses.append(.init("127.0.0.1", sound))
            try await AMQPPublisher.withPublisher(options, topology: .queue(queue), logger: quiet) { publisher in
                try await publisher.withChannel(to: "") { channel in
                    #expect(await channel.publish([.text("1", to: queue)]).codes == [nil])
                    proxy.cutAll()
                    let started = SystemClock().now
                    var outcome = await channel.publish([.text("2", to: queue)]).codes
                    if outcome != [nil] { outcome = await channel.publish([.text("2", to: queue)]).codes }
                    #expect(outcome == [nil])
                    #expect(SystemClock().now - started < .seconds(1))
                }
            }
        }
    }

    @Test
    func `an exchange or queue of another kind is named, with what is there`() async throws {
        let (exchange, queue) = (RabbitServer.freshName("exchange"), RabbitServer.freshName("queue"))
        let sound = AMQPTopology.topic(exchange, [(queue, "#")])
        #expect(try await error({ _ in }, sound)?.code == .amqpUnroutable)
        let fanout = AMQPTopology(exchanges: [.init(exchange, type: "fanout")])
        let other = try await error({ _ in }, fanout)
        #expect(other?.code == .amqpDiffers)
        #expect(other?.message.contains("the durable fanout exchange `\(exchange)`") == true)
        #expect(other?.causes.joined().contains("'topic'") == true)
        let quorum = AMQPTopology.queue(queue, arguments: ["x-queue-type": .string("quorum")])
        #expect(try await error({ _ in }, quorum)?.code == .amqpDiffers)
        // Declared as it is it can be declared again and again.
        #expect(try await error({ _ in }, sound)?.code == .amqpUnroutable)
    }

    @Test
    func `what is only checked is not made`() async throws {
        var queue = AMQPTopology.Queue(RabbitServer.freshName("queue"))
        queue.isPassive = true
        let missing = try await error({ _ in }, AMQPTopology(queues: [queue]))
        #expect(missing?.code == .amqpNotFound)
        #expect(missing?.message == "the queue `\(queue.name)` is not there")
    }
}
