import ConnectorTestSupport
import IntegrationCore
import NIOCore
import NIOPosix
import NIOSSL
import Testing

@testable import HTTPConnector

@Suite("TLS of the HTTP source", .timeLimit(.minutes(1)))
struct ServerTLSTests {
    private let certificates: TestCertificates

    init() throws { certificates = try TestCertificates() }

    private func server(
        asksForClients: Bool = false, _ version: IntegrationCore.TLSConfiguration.Version = .tls12
    )
        -> ServerUnderTest
    {
        let tls = IntegrationCore.TLSConfiguration(
            ca: asksForClients ? path("ca.pem") : nil, cert: path("server.pem"), key: path("server.key"),
            minimumVersion: version)
        var server = ServerUnderTest()
        server.change = { $0.tls = tls }
        return server
    }

    private func path(_ name: String) -> PathValue { PathValue(certificates.path(name)) }

    /// Whom a client trusts, and what it shows.
    private struct Client: Sendable {
        var trusts = "ca"
        var shows: String?
        var newest = TLSVersion.tlsv13
    }

    /// The status that a client gets; nil where it is not let in, or does not trust the server.
    private func status(_ client: Client, at port: Int) async -> Int? {
        do {
            var settings = NIOSSL.TLSConfiguration.makeClientConfiguration()
            settings.trustRoots = .file(certificates.path("\(client.trusts).pem"))
            settings.maximumTLSVersion = client.newest
            settings.minimumTLSVersion = .tlsv1
            if let shows = client.shows {
                settings.certificateChain = try NIOSSLCertificate.fromPEMFile(certificates.path("\(shows).pem"))
                    .map { .certificate($0) }
                settings.privateKey = .privateKey(
                    try NIOSSLPrivateKey(file: certificates.path("\(shows).key"), format: .pem))
            }
            let context = try NIOSSLContext(configuration: settings)
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: context, serverHostname: nil))
                        return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                    }
                }
            return try await channel.executeThenClose { inbound, outbound in
                try await outbound.write(ByteBuffer(string: post("{}", ["Connection: close"])))
                var text = ""
                for try await part in inbound { text += String(buffer: part) }
                return RawClient.Answer(text: text, isClosed: true).status
            }
        } catch {
            return nil
        }
    }

    @Test("Who trusts the authority of the server's certificate is answered, who trusts another does not go on")
    func trust() async throws {
        let server = server()
        let port = server.port
        try await server.run { client, _ async throws in
            #expect(await status(Client(), at: port) == 200)
            #expect(await status(Client(trusts: "other-ca"), at: port) == nil)
            // Words that are not TLS get no answer that is one.
            #expect(try await client.send([post("{}")]).statuses.isEmpty)
        }
    }

    @Test("Where clients must show a certificate, none and that of another authority are refused")
    func mutual() async throws {
        let server = server(asksForClients: true)
        let port = server.port
        try await server.run { _, _ async throws in
            #expect(await status(Client(shows: "client"), at: port) == 200)
            #expect(await status(Client(), at: port) == nil)
            #expect(await status(Client(shows: "other"), at: port) == nil)
        }
    }

    @Test("An older version than is allowed is refused")
    func downgrade() async throws {
        let server = server(asksForClients: false, .tls13)
        let port = server.port
        try await server.run { _, _ async throws in
            #expect(await status(Client(), at: port) == 200)
            #expect(await status(Client(newest: .tlsv12), at: port) == nil)
        }
        let usual = self.server()
        let usualPort = usual.port
        try await usual.run { _, _ async throws in
            #expect(await status(Client(newest: .tlsv12), at: usualPort) == 200)
            #expect(await status(Client(newest: .tlsv11), at: usualPort) == nil)
        }
    }

    @Test("A key that is not the certificate's is an error before anything listens")
    func wrongKey() async throws {
        var server = ServerUnderTest()
        let tls = IntegrationCore.TLSConfiguration(cert: path("server.pem"), key: path("client.key"))
        server.change = { $0.tls = tls }
        await #expect {
            try await server.run { _, _ in }
        } throws: {
            ($0 as? IntegrationError)?.code == .tlsFailed
        }
    }
}
