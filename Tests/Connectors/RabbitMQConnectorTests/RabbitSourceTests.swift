import ConnectorTestSupport
import FaultProxy
import IntegrationCore
import IntegrationDocument
import RabbitMQClient
import Testing

@Suite(
    "The RabbitMQ source", .enabled(if: RabbitServer.isInstalled, "\(RabbitServer.absence)"), .timeLimit(.minutes(1)))
struct RabbitSourceTests {
    private let bench: RabbitBench

    init() throws { bench = try RabbitBench() }

    @Test
    func `a message knows how it came`() async throws {
        try await bench.feed([
            bench.message(#"{"n":1}"#) { properties in
                properties.messageID = "m-1"
                properties.type = "order"
                properties.priority = 3
                properties.timestamp = 1_700_000_000
                properties.contentType = "application/json"
                properties.headers = [
                    "x-text": .string("a\"b"), "x-flag": .bool(true), "x-count": .integer(-5),
                    "x-price": .decimal(value: 1999, scale: 2), "x-raw": .bytes([1, 2]),
                    "x-list": .array([.integer(1), .none]), "x-table": .table(["inner": .double(0.5)]),
                ]
            }
        ])
        let got = try #require(try await bench.received(1, from: bench.source()).first)
        #expect(got.text == #"{"n":1}"#)
        let known = try Document(Array((got.metadata ?? "").utf8))
        #expect(
            known.json == """
                {"redelivered":false,"headers":{"x-text":"a\\"b","x-flag":true,"x-count":-5,"x-price":1999e-2,\
                "x-raw":"AQI=","x-list":[1,null],"x-table":{"inner":0.5}},"exchange":"","routing_key":"\(bench.queue)",\
                "content_type":"application/json","message_id":"m-1","type":"order","priority":3,\
                "timestamp":1700000000}
                """)
    }

    @Test
    func `an id of ours stays what it is, another one makes the same id every time, none makes a fresh one`()
        async throws
    {
        let own = MessageID(high: 0x0192_0000_0000_0000, low: 7)
        try await bench.feed([
            bench.message("a") { $0.messageID = own.description }, bench.message("b") { $0.messageID = "theirs" },
            bench.message("c"), bench.message("d"),
        ])
        let first = try await bench.received(4, from: bench.source(), as: .released)
        let second = try await bench.received(4, from: bench.source())
        #expect(first.map(\.text) == ["a", "b", "c", "d"] && second.map(\.text) == first.map(\.text))
        #expect(first[0].id == own && second[0].id == own)
        #expect(first[1].id == second[1].id)
        #expect(Set((first + second).map(\.id)).count == 6)
    }

    @Test
    func `a quorum queue says how often a message came, another that it came before`() async throws {
        try await bench.feed([bench.message("q")], arguments: ["x-queue-type": .string("quorum")])
        var counts: [Int32] = []
        try await bench.source().withReceiver(in: .quiet()) { receiver in
            while counts.count < 3, var delivery = try await receiver.receive() {
                counts += delivery.takeBatch().messages.map(\.receiveCount)
                delivery.settle(counts.count < 3 ? .released : .accepted)
            }
        }
        #expect(counts == [1, 2, 3])
    }

    @Test
    func `what is refused goes to the queue's own dead letters, its neighbours are accepted`() async throws {
        let dead = RabbitServer.freshName("dead")
        try await bench.feed(
            (0..<3).map { bench.message("\($0)") },
            arguments: ["x-dead-letter-exchange": .string(""), "x-dead-letter-routing-key": .string(dead)])
        _ = try await AMQPPublisher.withPublisher(
            bench.direct, topology: AMQPTopology(queues: [.init(dead)]), logger: quiet
        ) { publisher in
            try await publisher.withChannel(to: "") { channel in
                await channel.publish([AMQPMessage(routingKey: dead, body: Array("first".utf8))])
            }
        }
        try await bench.source().withReceiver(in: .quiet()) { receiver in
            var delivery = try await receiver.next()
            let batch = delivery.takeBatch()
            #expect(batch.messages.count == 3)
            delivery.settle(
                Settlement(.accepted, exceptions: [(1, .refused(IntegrationError(.messageNotJSON, "no")))]))
        }
        #expect(try await bench.take(2, from: dead).map(\.text) == ["first", "1"])
    }

    @Test
    func `an unsettled delivery goes back after the visibility timeout, and comes to another lane`() async throws {
        try await bench.feed([bench.message("slow")])
        let source = try bench.source([("visibility_timeout", "300ms")])
        try await source.withReceiver(in: .quiet()) { receiver in
            var held = try await receiver.next()
            var again = try await receiver.next()
            let (first, second) = (held.takeBatch(), again.takeBatch())
            #expect(first.messages.count == 1 && second.messages.count == 1)
            #expect(second.messages[0].receiveCount == 2)
            held.settle(.accepted)
            again.settle(.accepted)
        }
    }

    @Test
    func `who works on a delivery is told when its time is up, or its connection gone`() async throws {
        try await bench.feed([bench.message("slow"), bench.message("cut")])
        try await FaultProxy.withProxy(port: bench.server.port) { proxy, port in
            let source = try RabbitMakers(["url": .string("amqp://127.0.0.1:\(port)")]).source([
                "connector": "broker", "queue": .string(bench.queue), "visibility_timeout": "300ms", "batch_size": 1,
            ])
            try await source.withReceiver(in: .quiet()) { receiver in
                let late = try await receiver.next()
                let lease = try #require(late.tickets.first?.ticket as? any LeasedTicket)
                #expect(!lease.lost.isSignalled)
                await lease.lost.wait()
                // It has no effect by now.
                late.settle(.accepted)
                let cut = try await receiver.next()
                proxy.cutAll()
                await (try #require(cut.tickets.first?.ticket as? any LeasedTicket)).lost.wait()
                cut.settle(.accepted)
                for _ in 0..<2 { try await receiver.next().settle(.accepted) }
            }
        }
    }

    @Test
    func `a delivery that is settled in time is not said to be lost`() async throws {
        try await bench.feed([bench.message("m")])
        let source = try bench.source([("visibility_timeout", "300ms")])
        try await source.withReceiver(in: .quiet()) { receiver in
            let settled = try await receiver.next()
            let lease = try #require(settled.tickets.first?.ticket as? any LeasedTicket)
            settled.settle(.accepted)
            try await Task.sleep(for: .milliseconds(600))
            #expect(!lease.lost.isSignalled, "what is settled is nobody's any more")
        }
    }

    @Test
    func `a delivery holds what is there, batch_size at most`() async throws {
        try await bench.feed((0..<7).map { bench.message("\($0)") })
        let source = try bench.source([("batch_size", 3)])
        let sizes = try await source.withReceiver(in: .quiet()) { receiver in
            var sizes: [Int] = []
            while sizes.reduce(0, +) < 7, let delivery = try await receiver.receive() {
                sizes.append(delivery.count)
                delivery.settle(.accepted)
            }
            return sizes
        }
        #expect(sizes.allSatisfy { $0 <= 3 } && sizes.reduce(0, +) == 7)
    }

    @Test
    func `a queue that is not there is said at the start`() async throws {
        let source = try bench.source()
        let error = await failure { try await source.withReceiver(in: .quiet()) { _ in } }
        #expect(error?.code == .amqpNotFound)
        #expect(error?.message.contains(bench.queue) == true)
    }
}

extension Receiver {
    /// The next delivery, where there has to be one.
    fileprivate func next() async throws -> Delivery {
        guard let delivery = try await receive() else { throw IntegrationError(.cannotBuild, "the source has ended") }
        return delivery
    }
}
