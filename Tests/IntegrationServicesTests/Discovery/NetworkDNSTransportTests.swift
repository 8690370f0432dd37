import IntegrationCore
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import IntegrationServices

/// A name server on this machine that answers each query as the test says, over UDP and TCP on one port.
private struct LocalServer {
    typealias Answer = @Sendable (_ query: [UInt8], _ overTCP: Bool) -> [[UInt8]]

    let port: Int

    /// Serves for the length of `body`.
    static func with<R: Sendable>(
        _ answer: @escaping Answer, _ body: (LocalServer) async throws -> R
    ) async throws -> R {
        typealias Envelope = AddressedEnvelope<ByteBuffer>
        let group = MultiThreadedEventLoopGroup.singleton
        let tcp = try await ServerBootstrap(group: group).serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let port = try #require(tcp.channel.localAddress?.port)
        let udp = try await DatagramBootstrap(group: group).bind(host: "127.0.0.1", port: port) { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<Envelope, Envelope>(wrappingChannelSynchronously: channel)
            }
        }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await udp.executeThenClose { inbound, outbound in
                    for try await envelope in inbound {
                        for bytes in answer(Array(envelope.data.readableBytesView), false) {
                            try await outbound.write(
                                Envelope(remoteAddress: envelope.remoteAddress, data: ByteBuffer(bytes: bytes)))
                        }
                    }
                }
            }
            group.addTask {
                try await tcp.executeThenClose { connections in
                    for try await connection in connections {
                        try await connection.executeThenClose { inbound, outbound in
                            for try await query in inbound {
                                for bytes in answer(Array(query.readableBytesView.dropFirst(2)), true) {
                                    var message = ByteBuffer(integer: UInt16(bytes.count))
                                    message.writeBytes(bytes)
                                    // One byte at a time: TCP keeps no boundaries.
                                    while let byte = message.readSlice(length: 1) { try await outbound.write(byte) }
                                }
                                break
                            }
                        }
                    }
                }
            }
            let result = try await body(LocalServer(port: port))
            group.cancelAll()
            return result
        }
    }
}

@Suite("Name servers over the network", .timeLimit(.minutes(1))) struct NetworkDNSTransportTests {
    private static func resolve(
        _ name: String, port: Int, timeout: Duration = .seconds(60)
    ) async throws -> [String] {
        var configuration = ResolverConfiguration()
        configuration.port = port
        configuration.timeout = timeout
        configuration.attempts = 1
        let context = FlowContext(flow: "", logger: Bench().context.logger, clock: SystemClock())
        let (found, _) = try await Resolver(configuration: configuration).resolve(name, in: context)
        return found.map { "\($0.host):\($0.port ?? 0)" }
    }

    private static func reply(_ query: [UInt8]) -> DNSReply {
        var reply = DNSReply()
        reply.service(DNSReply.question(query).name, 1, 1, 8080, "c1.internal")
        return reply
    }

    @Test func `a datagram is answered`() async throws {
        try await LocalServer.with({ query, _ in [Self.reply(query).bytes(to: query)] }) { server in
            let found = try await Self.resolve("_http._tcp.internal", port: server.port)
            #expect(found == ["c1.internal:8080"])
        }
    }

    @Test func `what does not fit into a datagram comes over TCP`() async throws {
        let answer: LocalServer.Answer = { query, overTCP in
            var reply = DNSReply()
            if overTCP {
                for number in 0..<300 {
                    reply.service(DNSReply.question(query).name, 1, 1, 8080, "c\(number).internal")
                }
            } else {
                reply.isTruncated = true
            }
            return [reply.bytes(to: query)]
        }
        try await LocalServer.with(answer) { server in
            let found = try await Self.resolve("_http._tcp.internal", port: server.port)
            #expect(found.count == 300)
        }
    }

    @Test func `forged and broken datagrams before the answer are passed over`() async throws {
        let answer: LocalServer.Answer = { query, _ in
            var forged = query
            forged[0] &+= 1
            return [[], [1, 2, 3], Self.reply(query).bytes(to: forged), query, Self.reply(query).bytes(to: query)]
        }
        try await LocalServer.with(answer) { server in
            let found = try await Self.resolve("_http._tcp.internal", port: server.port)
            #expect(found == ["c1.internal:8080"])
        }
    }

    @Test func `who says nothing, and who only sends forgeries, is not waited for`() async throws {
        for count in [0, 200] {
            let answer: LocalServer.Answer = { query, _ in
                var forged = query
                forged[0] &+= 1
                return Array(repeating: Self.reply(query).bytes(to: forged), count: count)
            }
            try await LocalServer.with(answer) { server in
                let error = await #expect(throws: IntegrationError.self) {
                    try await Self.resolve("_http._tcp.internal", port: server.port, timeout: .milliseconds(300))
                }
                #expect(error?.code == .hostUnknown)
            }
        }
    }
}
