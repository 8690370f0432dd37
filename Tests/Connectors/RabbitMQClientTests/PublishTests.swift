import ConnectorTestSupport
import FaultProxy
import IntegrationCore
import RabbitMQClient
import Testing

@Suite(
    "Publishing to RabbitMQ", .enabled(if: RabbitServer.isInstalled, "\(RabbitServer.absence)"), .timeLimit(.minutes(2))
)
struct PublishTests {
    private let server: RabbitServer
    private let options: AMQPOptions

    init() throws {
        server = try RabbitServer.shared()
        options = .to(server.port)
    }

    @Test
    func `what is confirmed can be consumed, with everything that was said of it`() async throws {
        let queue = RabbitServer.freshName("queue")
        var properties = AMQPProperties()
        properties.contentType = "application/json"
        properties.contentEncoding = "identity"
        properties.isPersistent = true
        properties.priority = 5
        properties.correlationID = "c1"
        properties.replyTo = "answers"
        properties.expiration = "60000"
        properties.messageID = "m1"
        properties.timestamp = 1_700_000_000
        properties.type = "order"
        properties.appID = "shop"
        properties.headers = [
            "text": .string("Ω"), "flag": .bool(true), "count": .integer(-7), "large": .unsigned(.max),
            "ratio": .double(0.5), "price": .decimal(value: 1999, scale: 2), "raw": .bytes([0, 255]),
            "at": .timestamp(1), "list": .array([.integer(1), .string("two")]), "inner": .table(["a": .none]),
        ]
        let body: [UInt8] = Array("{\"n\":1}".utf8)
        let outcomes = try await publish(
            [AMQPMessage(routingKey: queue, properties: properties, body: body)], options, topology: .queue(queue))
        #expect(outcomes.count == 1 && outcomes[0] == nil)
        let got = try await consuming(queue, options) { await $0.takeAll(1) }
        #expect(got.first?.body == body)
        #expect(got.first?.properties == properties)
        #expect(got.first?.isRedelivered == false)
        #expect(got.first?.routingKey == queue)
    }

    @Test
    func `a message that reaches no queue is refused, and its neighbours are accepted`() async throws {
        let (exchange, queue) = (RabbitServer.freshName("topic"), RabbitServer.freshName("queue"))
        let outcomes = try await publish(
            (0..<50).map { .text("\($0)", to: $0 % 7 == 3 ? "nobody" : "order.created") }, options,
            topology: .topic(exchange, [(queue, "order.*")]), to: exchange)
        for (index, outcome) in outcomes.enumerated() {
            #expect(outcome?.code == (index % 7 == 3 ? .amqpUnroutable : nil), "message \(index)")
        }
        #expect(outcomes[3]?.message.contains("`nobody`") == true)
        #expect(outcomes[3]?.isRetryable == false)
        let expected = (0..<50).filter { $0 % 7 != 3 }.map { "\($0)" }
        let got = try await consuming(queue, options) { await $0.takeAll(expected.count) }
        #expect(got.map(\.text) == expected)
    }

    @Test
    func `messages with one and the same id are told apart when they come back`() async throws {
        let (exchange, queue) = (RabbitServer.freshName("topic"), RabbitServer.freshName("queue"))
        let outcomes = try await publish(
            (0..<20).map { .text("\($0)", to: $0.isMultiple(of: 2) ? "a" : "b", id: "same") }, options,
            topology: .topic(exchange, [(queue, "a")]), to: exchange)
        #expect(
            outcomes.enumerated().filter { $0.element != nil }.map(\.offset)
                == stride(from: 1, to: 20, by: 2).map { $0 })
    }

    @Test
    func `an exchange that is not there closes its own channel only`() async throws {
        let queue = RabbitServer.freshName("queue")
        try await AMQPPublisher.withPublisher(options, topology: .queue(queue), logger: quiet) { publisher in
            try await publisher.withChannel(to: "") { sound in
                #expect(await sound.publish([.text("1", to: queue)]).codes == [nil])
                let failed = try await publisher.withChannel(to: "missing") { await $0.publish([.text("x", to: "k")]) }
                #expect(failed.first??.code == .amqpNotFound)
                #expect(failed.first??.message.contains("`missing`") == true)
                // The same connection goes on, and so does a channel that is asked for again.
                #expect(await sound.publish([.text("2", to: queue)]).codes == [nil])
            }
        }
        let got = try await consuming(queue, options) { await $0.takeAll(2) }
        #expect(got.map(\.text) == ["1", "2"])
    }

    @Test
    func `a full queue that rejects is an error that may pass`() async throws {
        let queue = RabbitServer.freshName("queue")
        let topology = AMQPTopology.queue(
            queue, arguments: ["x-max-length": .integer(1), "x-overflow": .string("reject-publish")])
        let first = try await publish([.text("1", to: queue)], options, topology: topology)
        let second = try await publish([.text("2", to: queue)], options, topology: topology)
        #expect(first.codes == [nil])
        #expect(second.first??.code == .amqpRejected)
        #expect(second.first??.isRetryable == true)
    }

    @Test
    func `an empty message and one of 16 MiB arrive as they are`() async throws {
        let queue = RabbitServer.freshName("queue")
        var large = [UInt8](repeating: 0, count: 16 << 20)
        for index in large.indices { large[index] = UInt8(truncatingIfNeeded: index &* 31 >> 3) }
        let bodies = [[], large]
        let outcomes = try await publish(
            bodies.map { AMQPMessage(routingKey: queue, body: $0) }, options, topology: .queue(queue))
        #expect(outcomes.codes == [nil, nil])
        let got = try await consuming(queue, options) { await $0.takeAll(2) }
        #expect(got.map(\.body) == bodies)
    }

    @Test
    func `a thousand headers go through, and more than a frame holds is refused before anything is sent`() async throws
    {
        let queue = RabbitServer.freshName("queue")
        func message(_ size: Int) -> AMQPMessage {
            var message = AMQPMessage.text("\(size)", to: queue)
            message.properties.headers = AMQPTable(
                (0..<1000).map { .init("header-\($0)", .string(String(repeating: "v", count: size))) })
            return message
        }
        let outcomes = try await publish([message(50), message(200), message(51)], options, topology: .queue(queue))
        #expect(outcomes[0] == nil)
        #expect(outcomes[1]?.code == .amqpMessageInvalid)
        #expect(outcomes[2] == nil)
        let got = try await consuming(queue, options) { await $0.takeAll(2) }
        #expect(got.map(\.properties.headers.entries.count) == [1000, 1000])
    }

    @Test(arguments: ["a\r\nb", "a\u{0}b", String(repeating: "k", count: 256), "tab\tbed"])
    func `a routing key or header that can't be is refused alone`(_ text: String) async throws {
        let queue = RabbitServer.freshName("queue")
        var header = AMQPMessage.text("h", to: queue)
        header.properties.headers = ["x": .string(text)]
        let outcomes = try await publish(
            [
                .text("1", to: queue), .text("k", to: text), .text("i", to: queue, id: text), header,
                .text("2", to: queue),
            ],
            options, topology: .queue(queue))
        #expect(outcomes[0] == nil && outcomes[4] == nil)
        #expect(outcomes[1]?.code == .amqpMessageInvalid)
        #expect(outcomes[2]?.code == .amqpMessageInvalid)
        // A header may be long, but holds no control characters.
        #expect(outcomes[3]?.code == (text.hasPrefix("kkk") ? nil : .amqpMessageInvalid))
    }

    @Test
    func `several publish at once over one connection and nothing is mixed up`() async throws {
        let queue = RabbitServer.freshName("queue")
        try await AMQPPublisher.withPublisher(options, topology: .queue(queue), logger: quiet) { publisher in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<8 {
                    group.addTask {
                        try await publisher.withChannel(to: "") { channel in
                            for round in 0..<10 {
                                let messages = (0..<20).map { index in
                                    index == 7
                                        ? AMQPMessage.text("bad \(lane) \(round)", to: "no-such-queue")
                                        : .text("\(lane * 1000 + round * 20 + index)", to: queue)
                                }
                                let outcomes = await channel.publish(messages)
                                #expect(outcomes.map { $0?.code } == (0..<20).map { $0 == 7 ? .amqpUnroutable : nil })
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        let got = try await consuming(queue, options) { await $0.takeAll(8 * 10 * 19) }
        #expect(Set(got.map(\.text)).count == 8 * 10 * 19)
    }

    @Test
    func `after a cut what was under way fails as cut, and the next message connects again`() async throws {
        let queue = RabbitServer.freshName("queue")
        try await FaultProxy.withProxy(port: server.port) { proxy, port in
            try await AMQPPublisher.withPublisher(.to(port), topology: .queue(queue), logger: quiet) { publisher in
                try await publisher.withChannel(to: "") { channel in
                    #expect(await channel.publish([.text("1", to: queue)]).codes == [nil])
                    proxy.cutAll()
                    var outcome = await channel.publish([.text("2", to: queue)])
                    while let error = outcome[0] {
                        #expect(error.code.retryClass == .interrupted || error.code.retryClass == .connection)
                        outcome = await channel.publish([.text("2", to: queue)])
                    }
                }
            }
        }
        let got = try await consuming(queue, options) { await $0.takeAll(2) }
        #expect(got.map(\.text) == ["1", "2"])
    }

    @Test
    func `without confirms a message is accepted when it is written`() async throws {
        let queue = RabbitServer.freshName("queue")
        try await AMQPPublisher.withPublisher(options, topology: .queue(queue), logger: quiet) { publisher in
            try await publisher.withChannel(to: "", isConfirmed: false) { channel in
                #expect(await channel.publish([.text("1", to: queue), .text("2", to: "nowhere")]).codes == [nil, nil])
            }
        }
        let got = try await consuming(queue, options) { await $0.takeAll(1) }
        #expect(got.map(\.text) == ["1"])
    }
}
