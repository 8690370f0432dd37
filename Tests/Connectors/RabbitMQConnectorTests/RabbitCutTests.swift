import ConnectorTestSupport
import FaultProxy
import Glibc
import IntegrationCore
import RabbitMQClient
import Testing

/// Connections that end at any byte of an exchange.
@Suite(
    "RabbitMQ over connections that are cut", .enabled(if: RabbitServer.isInstalled, "\(RabbitServer.absence)"),
    .timeLimit(.minutes(60)))
struct RabbitCutTests {
    private let bench: RabbitBench
    private static let lanes = 4

    init() throws { bench = try RabbitBench() }

    private func connector(_ port: Int, _ bench: RabbitBench) -> ConfigurationNode {
        [
            "url": .string("amqp://127.0.0.1:\(port)"), "timeout": "2s",
            "queues": [["name": .string(bench.queue)]],
        ]
    }

    /// Sends one message as a flow does: again under the same id as long as the error may pass.
    private func send(_ body: String, id: UInt64, through sender: any Sender) async throws {
        var batch = Batch([body])
        batch.messages[0] = Message(
            id: MessageID(high: 0x0192_0000_0000_0000, low: id), origin: 0, body: batch.messages[0].original)
        for _ in 0..<100 {
            do throws(IntegrationError) {
                let report = try await sender.send(batch)
                guard let refused = report.refused.first else { return }
                throw refused.error
            } catch {
                try #require(error.isRetryable, "\(error)")
            }
        }
        Issue.record("\(body) never got through")
    }

    /// What comes to a connection whose cut is the one of this number: every second one is a reset.
    private func fault(_ number: Int, _ cut: Cut) -> NetworkFault {
        number.isMultiple(of: 2) ? .reset(after: cut.place, cut.direction) : .cut(after: cut.place, cut.direction)
    }

    @Test(arguments: NetworkFault.Direction.allCases)
    func `a publish whose connection ends at any byte is sent again under its id, and nothing is lost`(
        _ direction: NetworkFault.Direction
    ) async throws {
        let bench = bench
        @Sendable func attempt(_ number: Int, port: Int) async throws {
            let destination = try RabbitMakers(connector(port, bench)).destination([
                "connector": "broker", "routing_key": .string(bench.queue),
            ])
            try await destination.withSender(in: .quiet()) { sender in
                try await send("{\"n\":\(number)}", id: UInt64(number), through: sender)
            }
        }
        // How long is a whole exchange, from the first byte to the confirm?
        let places = try await FaultProxy.withProxy(port: bench.server.port) { proxy, port in
            try await attempt(0, port: port)
            return Cut.all(in: proxy.passed(direction), direction)
        }
        let cuts = try await Cut.share(places, lanes: Self.lanes) { share in
            try await FaultProxy.withProxy(port: bench.server.port) { proxy, port in
                var cuts = 0
                for (number, cut) in share {
                    let before = proxy.accepted
                    proxy.setNext(fault(number, cut))
                    try await attempt(number + 1, port: port)
                    if proxy.accepted > before + 1 { cuts += 1 }
                }
                return cuts
            }
        }.reduce(0, +)
        #expect(cuts >= places.count / 2, "faults do not fire")
        // Everything that stands before a mark.
        try await bench.feed([bench.message("mark")])
        var got: [AMQPDelivery] = []
        while let next = try await bench.take(1).first, next.text != "mark" { got.append(next) }
        #expect(Set(got.map(\.text)) == Set((0...places.count).map { "{\"n\":\($0)}" }), "nothing is lost")
        let copies = got.count - places.count - 1
        #expect(copies <= cuts)
        // Copies bear the id of their original.
        #expect(Set(got.map { $0.properties.messageID }).count == places.count + 1)
        print("    publish, cut \(direction): \(cuts) cuts, \(places.count + 1) messages, \(copies) duplicates")
    }

    @Test(arguments: NetworkFault.Direction.allCases)
    func `what is claimed and settled over a connection that ends at any byte comes at least once`(
        _ direction: NetworkFault.Direction
    ) async throws {
        /// Takes the message `number`, which is in the queue of `bench`; how often it came.
        @Sendable func attempt(_ number: Int, _ bench: RabbitBench, port: Int) async throws -> Int {
            try await bench.feed([bench.message("\(number)") { $0.messageID = "\(number)" }])
            let source = try RabbitMakers(connector(port, bench)).source([
                "connector": "broker", "queue": .string(bench.queue), "batch_size": 1,
            ])
            return try await source.withReceiver(in: .quiet()) { receiver in
                var came = 0
                while came == 0, var delivery = try await receiver.receive() {
                    let batch = delivery.takeBatch()
                    came += Received.all(of: batch, delivery: 0).count { $0.text == "\(number)" }
                    delivery.settle(.accepted)
                }
                return came
            }
        }
        let places = try await FaultProxy.withProxy(port: bench.server.port) { proxy, port in
            _ = try await attempt(0, bench, port: port)
            return Cut.all(in: proxy.passed(direction), direction)
        }
        let lost = try await Cut.share(places, lanes: Self.lanes) { share in
            let bench = try RabbitBench()
            return try await FaultProxy.withProxy(port: bench.server.port) { proxy, port in
                var lost: [Int] = []
                for (number, cut) in share {
                    proxy.setNext(fault(number, cut))
                    if try await attempt(number + 1, bench, port: port) == 0 { lost.append(number) }
                }
                return lost
            }
        }.flatMap(\.self)
        #expect(lost.isEmpty)
        print("    claim and settle, cut \(direction): \(places.count) places, \(lost.count) lost")
    }
}
