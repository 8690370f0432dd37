import ConnectorTestSupport
import IntegrationCore
import Logging
import RabbitMQClient

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

extension AMQPOptions {
    /// The connection to a server of the tests.
    static func to(_ port: Int, timeout: Duration = .seconds(10), heartbeat: Duration = .seconds(30)) -> AMQPOptions {
        AMQPOptions(
            [Address("127.0.0.1", port)], heartbeat: heartbeat, connectTimeout: .seconds(5), timeout: timeout,
            name: "test")
    }
}

extension RabbitServer {
    /// A broker of its own that also speaks TLS, at a port of its own, and demands a certificate.
    static func withTLS(_ certificates: TestCertificates) throws -> (server: RabbitServer, port: Int) {
        let port = try NginxServer.freePort()
        let server = try RabbitServer(
            """
            listeners.ssl.1 = 127.0.0.1:\(port)
            ssl_options.cacertfile = \(certificates.path("ca.pem"))
            ssl_options.certfile = \(certificates.path("server.pem"))
            ssl_options.keyfile = \(certificates.path("server.key"))
            ssl_options.verify = verify_peer
            ssl_options.fail_if_no_peer_cert = true
            """)
        return (server, port)
    }
}

extension TestCertificates {
    /// What a client shows and trusts.
    var client: TLSConfiguration {
        TLSConfiguration(
            ca: PathValue(path("ca.pem")), cert: PathValue(path("client.pem")), key: PathValue(path("client.key")))
    }
}

extension AMQPTopology {
    /// A queue that goes with the test's server.
    static func queue(_ name: String, arguments: AMQPTable = AMQPTable()) -> AMQPTopology {
        var queue = Queue(name)
        queue.arguments = arguments
        return AMQPTopology(queues: [queue])
    }

    /// A topic exchange and queues bound to it.
    static func topic(_ exchange: String, _ bindings: [(queue: String, key: String)]) -> AMQPTopology {
        AMQPTopology(
            exchanges: [Exchange(exchange, type: "topic")], queues: bindings.map { Queue($0.queue) },
            bindings: bindings.map { Binding(queue: $0.queue, exchange: exchange, routingKey: $0.key) })
    }
}

extension AMQPMessage {
    /// A persistent message with an id.
    static func text(_ text: String, to key: String, id: String? = nil) -> AMQPMessage {
        var properties = AMQPProperties()
        properties.isPersistent = true
        properties.messageID = id ?? text
        return AMQPMessage(routingKey: key, properties: properties, body: Array(text.utf8))
    }
}

extension [IntegrationError?] {
    var codes: [ErrorCode?] { map { $0?.code } }
}

extension AMQPDelivery {
    var text: String { String(decoding: body, as: UTF8.self) }
}

extension AMQPConsumer {
    /// Takes so many messages and accepts each, or settles it as told.
    func takeAll(_ count: Int, as outcome: AMQPOutcome? = .accepted) async -> [AMQPDelivery] {
        var all: [AMQPDelivery] = []
        while all.count < count, case let some = await take(count - all.count), !some.isEmpty {
            all += some
            if let outcome { settle(some.map { ($0.tag, outcome) }) }
        }
        return all
    }
}

/// Publishes to the default exchange, confirmed and mandatory.
@discardableResult
func publish(
    _ messages: [AMQPMessage], _ options: AMQPOptions, topology: AMQPTopology = AMQPTopology(), to exchange: String = ""
) async throws -> [IntegrationError?] {
    try await AMQPPublisher.withPublisher(options, topology: topology, logger: quiet) { publisher in
        try await publisher.withChannel(to: exchange) { await $0.publish(messages) }
    }
}

/// Consumes a queue for the length of a body.
func consuming<R: Sendable>(
    _ queue: String, _ options: AMQPOptions, topology: AMQPTopology = AMQPTopology(), prefetch: Int = 100,
    isExclusive: Bool = false, visibility: Duration = .seconds(300), _ body: (AMQPConsumer) async throws -> R
) async throws -> R {
    try await AMQPConsumer.withConsumer(
        options, topology: topology,
        ConsumerOptions(queue: queue, prefetch: prefetch, isExclusive: isExclusive, visibility: visibility),
        logger: quiet, isFatal: { _ in true }, body)
}
