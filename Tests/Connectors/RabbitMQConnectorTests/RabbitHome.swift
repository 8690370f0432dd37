import ConnectorTestSupport
import FaultProxy
import IntegrationCore
import IntegrationTesting
import Logging
import RabbitMQClient
import RabbitMQConnector
import Synchronization

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Makes endpoints of type rabbitmq; `{connector: broker}` stands for the connector.
final class RabbitMakers: ConnectorMakers {
    init(_ node: ConfigurationNode) throws {
        try super.init("rabbitmq", named: "broker", RabbitMQConfiguration.register, connector: node)
    }
}

/// A broker behind a proxy that can cut connections, with a queue of the test's own.
final class RabbitHome: ConnectorHome {
    static let offers: ConnectorOffers = [
        .destination, .source, .probe, .headers, .trace, .refusal, .redelivery, .connections, .credentials, .silence,
        .exclusive, .tls,
    ]
    var offers: ConnectorOffers { Self.offers }
    /// Leads nowhere: the message's own routing key names no queue.
    var refusedBody: String { #"{"key":"nobody"}"# }

    let queue = RabbitServer.freshName("contract")
    private let server: RabbitServer
    private let proxy: FaultProxy
    private let port: Int
    private let silent = Mutex<[ServerProcess]>([])
    private let untrusted = Mutex<[ScriptedServer]>([])
    private let certificates: TestCertificates
    private let known = Mutex<[ContractMessage]>([])

    init(_ server: RabbitServer, _ certificates: TestCertificates, _ proxy: FaultProxy, _ port: Int) {
        (self.server, self.certificates, self.proxy, self.port) = (server, certificates, proxy, port)
    }

    private func connector(_ variant: ConnectorVariant) throws -> ConfigurationNode {
        var url = "amqp://127.0.0.1:\(port)"
        var fields: [(String, ConfigurationNode)] = []
        switch variant {
        case .sound: break
        case .untrusted(let flaw):
            // The flaw is in the handshake: whoever speaks TLS behind it does not come to speak AMQP.
            let other = try certificates.server(with: flaw)
            untrusted.withLock { $0.append(other) }
            url = "amqps://localhost:\(other.port)"
            fields.append(("tls", ["ca": .string(certificates.path("ca.pem"))]))
        case .wrongCredentials: fields.append(("credentials", ["username": "guest", "password": "wr0ng"]))
        case .unreachable: url = "amqp://127.0.0.1:\(try NginxServer.freePort())"
        case .silent:
            let process = try ServerProcess.silent()
            silent.withLock { $0.append(process) }
            url = "amqp://127.0.0.1:\(process.greeting)"
            fields.append(("timeout", "1s"))
        }
        fields += [
            ("url", .string(url)), ("exchanges", [["name": .string(queue), "type": "topic"]]),
            (
                "queues",
                [
                    [
                        "name": .string(queue),
                        "bindings": [["exchange": .string(queue), "routing_key": "order.*"]],
                    ]
                ]
            ),
        ]
        return .mapping(fields)
    }

    func destination(_ variant: ConnectorVariant) async throws -> any Destination {
        try RabbitMakers(try connector(variant)).destination([
            "connector": "broker", "exchange": .string(queue),
            "routing_key": "order.{{ $exists(key) ? key & '.' & key : 'created' }}",
        ])
    }

    func source(_ variant: ConnectorVariant) async throws -> any Source {
        try RabbitMakers(try connector(variant)).source([
            "connector": "broker", "queue": .string(queue), "exclusive": true,
        ])
    }

    func probe(_ variant: ConnectorVariant) async throws -> any ConnectorProbe {
        try RabbitMakers(try connector(variant)).probe()
    }

    private var direct: AMQPOptions { AMQPOptions([.init("127.0.0.1", server.port)]) }

    func feed(_ messages: [ContractMessage]) async throws {
        let made = messages.map { message in
            var properties = AMQPProperties()
            properties.messageID = message.body
            properties.isPersistent = true
            for (name, value) in message.headers { properties.headers[name] = .string(value) }
            return AMQPMessage(routingKey: queue, properties: properties, body: Array(message.body.utf8))
        }
        let outcomes = try await AMQPPublisher.withPublisher(
            direct, topology: AMQPTopology(queues: [.init(queue)]), logger: quiet
        ) { publisher in
            try await publisher.withChannel(to: "") { await $0.publish(made) }
        }
        for outcome in outcomes { if let outcome { throw outcome } }
    }

    /// Takes what has arrived meanwhile out of the queue: everything before a mark that is published now.
    func arrived() async throws -> [ContractMessage] {
        let mark = RabbitServer.freshName("mark")
        try await feed([ContractMessage(mark)])
        return try await AMQPConsumer.withConsumer(
            direct, ConsumerOptions(queue: queue, prefetch: 1000), logger: quiet, isFatal: { _ in true }
        ) { consumer in
            while true {
                let taken = await consumer.take(1000)
                consumer.settle(taken.map { ($0.tag, .accepted) })
                for delivery in taken {
                    let body = String(decoding: delivery.body, as: UTF8.self)
                    if body == mark { return known.withLock { $0 } }
                    var headers: [String: String] = [:]
                    for entry in delivery.properties.headers.entries {
                        if case .string(let text) = entry.value { headers[entry.name] = text }
                    }
                    known.withLock { $0.append(ContractMessage(body, headers: headers)) }
                }
            }
        }
    }

    func cutConnections() async throws { proxy.cutAll() }
}
