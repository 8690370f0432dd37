import ConnectorTestSupport
import FaultProxy
import Glibc
import IntegrationCore
import RabbitMQClient
import Testing

/// What a broker does to its clients; it is a broker of their own that these tests do it to.
@Suite(
    "A RabbitMQ that fails", .enabled(if: RabbitServer.isInstalled, "\(RabbitServer.absence)"), .timeLimit(.minutes(5)),
    .serialized)
struct BrokerFaultTests {
    @Test
    func `a broker that is killed loses nothing that it confirmed, and both sides find it again`() async throws {
        let server = try RabbitServer()
        let queue = RabbitServer.freshName("queue")
        let options = AMQPOptions.to(server.port)
        try await AMQPPublisher.withPublisher(options, topology: .queue(queue), logger: quiet) { publisher in
            try await publisher.withChannel(to: "") { channel in
                #expect(
                    await channel.publish((0..<100).map { .text("\($0)", to: queue) }).codes.allSatisfy { $0 == nil })
                try await consuming(queue, options, topology: .queue(queue), prefetch: 10) { consumer in
                    // In flight when the broker is killed: they come again.
                    let inFlight = await consumer.takeAll(10, as: nil)
                    server.kill()
                    let away = await channel.publish([.text("away", to: queue)])
                    #expect(away.codes[0]?.retryClass == .interrupted || away.codes[0]?.retryClass == .connection)
                    try server.start()
                    let opened = SystemClock().now
                    consumer.settle(inFlight.map { ($0.tag, .accepted) })
                    var all: Set<String> = []
                    while all.count < 100 {
                        let some = await consumer.takeAll(1)
                        if all.isEmpty { #expect(SystemClock().now - opened < .seconds(5)) }
                        all.formUnion(some.map(\.text))
                    }
                    #expect(all == Set((0..<100).map { "\($0)" }))
                }
                #expect(await channel.publish([.text("back", to: queue)]).codes == [nil])
            }
        }
    }

    @Test
    func `a broker that is short of memory is waited for, and said to be`() async throws {
        let server = try RabbitServer()
        let queue = RabbitServer.freshName("queue")
        try await AMQPPublisher.withPublisher(
            .to(server.port, timeout: .seconds(1)), topology: .queue(queue), logger: quiet
        ) { publisher in
            try await publisher.withChannel(to: "") { channel in
                #expect(await channel.publish([.text("1", to: queue)]).codes == [nil])
                try server.control("set_vm_memory_high_watermark", "0")
                // The broker says so to whoever publishes next; that message itself is not confirmed.
                var outcome = await channel.publish([.text("2", to: queue)]).codes[0]
                #expect(outcome == .amqpBlocked)
                outcome = await channel.publish([.text("3", to: queue)]).codes[0]
                #expect(outcome == .amqpBlocked)
                #expect(outcome?.retryClass == .connection)
                try server.control("set_vm_memory_high_watermark", "0.8")
                while outcome != nil { outcome = await channel.publish([.text("3", to: queue)]).codes[0] }
            }
        }
    }

    @Test
    func `a broker that stands still is given up after two heartbeats`() async throws {
        let server = try RabbitServer()
        let queue = RabbitServer.freshName("queue")
        let options = AMQPOptions.to(server.port, timeout: .seconds(20), heartbeat: .seconds(1))
        try await AMQPPublisher.withPublisher(options, topology: .queue(queue), logger: quiet) { publisher in
            try await publisher.withChannel(to: "") { channel in
                #expect(await channel.publish([.text("1", to: queue)]).codes == [nil])
                server.send(SIGSTOP)
                let started = SystemClock().now
                let outcome = await channel.publish([.text("2", to: queue)])
                server.send(SIGCONT)
                #expect(outcome.codes == [.connectionCut])
                #expect(outcome[0]?.causes.joined().contains("heartbeat") == true)
                #expect(SystemClock().now - started < .seconds(4))
                #expect(await channel.publish([.text("3", to: queue)]).codes == [nil])
            }
        }
    }

    @Test
    func `TLS with both certificates leads in, and each flaw is said`() async throws {
        let certificates = try TestCertificates()
        let (server, port) = try RabbitServer.withTLS(certificates)
        let queue = RabbitServer.freshName("queue")
        func outcome(_ host: String, _ change: (inout TLSConfiguration) -> Void) async throws -> IntegrationError? {
            var tls = certificates.client
            change(&tls)
            var options = AMQPOptions.to(server.port)
            options.addresses = [AMQPOptions.Address(host, port)]
            options.tls = tls
            return try await publish([.text("1", to: queue)], options, topology: .queue(queue))[0]
        }
        for host in ["localhost", "127.0.0.1"] { #expect(try await outcome(host) { _ in } == nil, "\(host)") }
        let name = try await outcome("localhost") { $0.serverName = "elsewhere.example" }
        #expect(name?.code == .tlsFailed)
        #expect(name?.causes.joined().contains("is not for elsewhere.example") == true)
        let authority = try await outcome("localhost") { $0.ca = PathValue(certificates.path("other-ca.pem")) }
        #expect(authority?.code == .tlsFailed)
        #expect(authority?.causes.joined().contains("an authority that we don't trust") == true)
        #expect(try await outcome("localhost") { $0.ca = nil }?.code == .tlsFailed)
        let ours = try await outcome("localhost") { ($0.cert, $0.key) = (nil, nil) }
        #expect(ours?.code == .tlsFailed)
        #expect(ours?.causes.joined().contains("it demands a client certificate") == true)
        #expect(try await outcome("localhost") { ($0.ca, $0.verify) = (nil, false) } == nil)
        let missing = try await outcome("localhost") { $0.ca = PathValue("/nowhere/ca.pem") }
        #expect(missing?.code == .tlsFailed)
        #expect(missing?.message.contains("/nowhere/ca.pem") == true)
    }

    @Test
    func `TLS asks for the name that the certificate must bear`() async throws {
        let certificates = try TestCertificates()
        let port = try NginxServer.freePort()
        // Shows the certificate of that name to who asks for it, and turns everybody else away.
        let server = try ServerProcess([
            "/usr/bin/openssl", "s_server", "-accept", "127.0.0.1:\(port)", "-servername", "elsewhere.example",
            "-servername_fatal", "-cert", certificates.path("server.pem"), "-key", certificates.path("server.key"),
            "-cert2", certificates.path("elsewhere.pem"), "-key2", certificates.path("elsewhere.key"),
        ])
        func agree(_ name: String?) async throws -> String {
            let tls = TLSConfiguration(ca: PathValue(certificates.path("ca.pem")), serverName: name)
            var options = AMQPOptions.to(port)
            options.addresses = [AMQPOptions.Address("localhost", port)]
            options.tls = tls
            do throws(IntegrationError) {
                return try await AMQPInspection.withInspection(options) { inspection throws(IntegrationError) in
                    _ = try await inspection.resolve()
                    return try await inspection.agree()?.version ?? ""
                }
            } catch {
                return error.code.id
            }
        }
        try #require(NginxServer.isListening(port), "\(server.greeting)")
        #expect(try await agree("elsewhere.example") == "TLSv1.3")
        #expect(try await agree(nil) == "IE3005")
    }
}
