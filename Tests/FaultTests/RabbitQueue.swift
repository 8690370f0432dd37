import IntegrationCore
import Logging
import RabbitMQClient

/// A queue of a broker, as whoever fills it and whoever looks into it afterwards sees it.
struct RabbitQueue {
    private let name: String
    private let options: AMQPOptions
    private let topology: AMQPTopology
    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// - Parameters:
    ///   - ports: of the broker's nodes.
    ///   - type: such as `quorum`.
    init(_ name: String, ports: [Int], type: String? = nil) {
        self.name = name
        options = AMQPOptions(ports.map { .init("127.0.0.1", $0) })
        var queue = AMQPTopology.Queue(name)
        if let type { queue.arguments["x-queue-type"] = .string(type) }
        topology = AMQPTopology(queues: [queue])
    }

    init(_ name: String, port: Int) { self.init(name, ports: [port]) }

    /// Publishes messages, each with an id, until the broker has confirmed all of them.
    func put(_ messages: [(id: String, body: String)]) async throws { try await put(messages, declaring: topology) }

    private func put(_ messages: [(id: String, body: String)], declaring topology: AMQPTopology) async throws {
        var open = messages
        try await AMQPPublisher.withPublisher(
            options, topology: topology, logger: Self.quiet
        ) { publisher in
            try await publisher.withChannel(to: "") { channel in
                while !open.isEmpty {
                    let outcomes = await channel.publish(
                        open.map { message in
                            var properties = AMQPProperties()
                            properties.messageID = message.id
                            properties.isPersistent = true
                            return AMQPMessage(
                                routingKey: name, properties: properties, body: Array(message.body.utf8))
                        })
                    open = zip(open, outcomes).filter { $0.1 != nil }.map(\.0)
                    // The broker may be on its way back.
                    if !open.isEmpty { try await SystemClock().sleep(for: .milliseconds(50)) }
                }
            }
        }
    }

    /// Takes everything out: what stands before a mark that is put in now.
    func takeAll() async throws -> [String] {
        let mark = "the end"
        // It is there, of whatever type.
        try await put([(mark, mark)], declaring: AMQPTopology())
        return try await AMQPConsumer.withConsumer(
            options, ConsumerOptions(queue: name, prefetch: 1000), logger: Self.quiet, isFatal: { _ in true }
        ) { consumer in
            var bodies: [String] = []
            while true {
                let taken = await consumer.take(1000)
                consumer.settle(taken.map { ($0.tag, .accepted) })
                bodies += taken.map { String(decoding: $0.body, as: UTF8.self) }
                if bodies.last == mark { return bodies.dropLast() }
            }
        }
    }
}
