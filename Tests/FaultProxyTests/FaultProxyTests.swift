import FaultProxy
import Glibc
import NIOCore
import NIOPosix
import Testing

@Suite("The fault proxy", .serialized, .timeLimit(.minutes(1)))
struct FaultProxyTests {
    /// How a conversation with an echo server ended.
    private struct Ending: Equatable {
        enum Kind: Equatable { case closed, reset, silence }
        var received: String
        var kind: Kind
    }

    /// Sends a text through the proxy to a server that sends everything back, and says what came of it.
    private func converse(
        _ text: String, through fault: NetworkFault, _ check: (FaultProxy) -> Void = { _ in }
    ) async throws -> Ending {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Echo()) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(server.localAddress?.port)
        let ending = try await FaultProxy.withProxy(port: port) { proxy, own in
            proxy.set(fault)
            let ending = try await Self.offThread { try Self.talk(to: own, text) }
            check(proxy)
            return ending
        }
        try await server.close()
        return ending
    }

    private static func offThread(_ body: @escaping @Sendable () throws -> Ending) async throws -> Ending {
        try await NIOThreadPool.singleton.runIfActive(body)
    }

    /// A plain client: writes, shuts its side down when all has come back, reads to the end.
    private static func talk(to port: Int, _ text: String) throws -> Ending {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var patience = timeval(tv_sec: 0, tv_usec: 400_000)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let code = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(code == 0)
        var received: [UInt8] = []
        // A reset connection may refuse the write already.
        guard send(socket, text, text.utf8.count, Int32(MSG_NOSIGNAL)) == text.utf8.count else {
            return Ending(received: "", kind: .reset)
        }
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(socket, &buffer, buffer.count, 0)
            if count == 0 { return Ending(received: String(decoding: received, as: UTF8.self), kind: .closed) }
            if count < 0 {
                let kind: Ending.Kind = errno == ECONNRESET ? .reset : .silence
                return Ending(received: String(decoding: received, as: UTF8.self), kind: kind)
            }
            received += buffer[..<count]
            if received.count == text.utf8.count { shutdown(socket, Int32(SHUT_WR)) }
        }
    }

    @Test("Without a fault everything passes, both ways, to the end")
    func nothing() async throws {
        let ending = try await converse("0123456789", through: .none) { proxy in
            #expect(proxy.passed(.toServer) == 10)
            #expect(proxy.passed(.toClient) == 10)
            #expect(proxy.accepted == 1)
        }
        #expect(ending == Ending(received: "0123456789", kind: .closed))
    }

    @Test(
        "Slices and latency change nothing but the time",
        arguments: [NetworkFault.slices(bytes: 1), .latency(milliseconds: 50)])
    func slow(_ fault: NetworkFault) async throws {
        #expect(try await converse("0123456789", through: fault) == Ending(received: "0123456789", kind: .closed))
    }

    @Test("A connection is cut behind exactly so many bytes", arguments: [0, 1, 4, 9])
    func cut(_ count: Int) async throws {
        let ending = try await converse("0123456789", through: .cut(after: count, .toClient))
        #expect(ending.received == String("0123456789".prefix(count)))
        #expect(ending.kind == .closed)
    }

    @Test("A cut on the way to the server lets it see only so many bytes")
    func cutThere() async throws {
        let ending = try await converse("0123456789", through: .cut(after: 4, .toServer)) { proxy in
            #expect(proxy.passed(.toServer) == 4)
        }
        #expect("0123".hasPrefix(ending.received))
    }

    @Test("A reset is a reset on the client's side")
    func reset() async throws {
        let ending = try await converse("0123456789", through: .reset(after: 0, .toServer))
        #expect(ending == Ending(received: "", kind: .reset))
    }

    @Test("A black hole keeps the connection and gives nothing")
    func blackHole() async throws {
        let ending = try await converse("0123456789", through: .blackHole(after: 3, .toClient))
        #expect(ending == Ending(received: "012", kind: .silence))
    }

    @Test("A proxy that refuses resets at once")
    func refuse() async throws {
        let ending = try await converse("0123456789", through: .refuse)
        #expect(ending.kind == .reset)
    }

    private final class Echo: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            context.writeAndFlush(data, promise: nil)
        }
    }
}
