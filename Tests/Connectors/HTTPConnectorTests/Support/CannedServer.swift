import NIOCore
import NIOPosix
import Synchronization

/// A server that answers each request head with bytes as they stand, and notes what came over which connection.
final class CannedServer: Sendable {
    /// What it does when a head is there; bodies that are expected it lets pass.
    enum Answer: Sendable {
        case bytes(String)
        /// Then the connection is closed.
        case last(String)
        /// After so long.
        case late(String, TimeAmount)
        case nothing
    }

    struct Request: Sendable {
        /// From 0, in the order in which they were opened.
        var connection: Int
        var line: String
    }

    private struct State {
        var opened = 0
        var closed = 0
        var requests: [Request] = []
    }

    static let ok = Answer.bytes("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")

    private let channel: any Channel
    private let state: Shared
    var url: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)" }
    var secureURL: String { "https://127.0.0.1:\(channel.localAddress?.port ?? 0)" }
    var opened: Int { state.state.withLock { $0.opened } }
    var closed: Int { state.state.withLock { $0.closed } }
    var requests: [Request] { state.state.withLock { $0.requests } }

    private final class Shared: Sendable {
        let state = Mutex(State())
    }

    /// - Parameter answer: to the request of that number on its connection, from 0.
    static func with<R>(
        _ answer: @escaping @Sendable (_ request: Int, _ line: String) -> Answer,
        _ body: (CannedServer) async throws -> R
    ) async throws -> R {
        let shared = Shared()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                let number = shared.state.withLock { state in
                    defer { state.opened += 1 }
                    return state.opened
                }
                channel.closeFuture.whenComplete { _ in shared.state.withLock { $0.closed += 1 } }
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(number, shared, answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let result: Result<R, any Error>
        do {
            result = .success(try await body(CannedServer(channel, shared)))
        } catch {
            result = .failure(error)
        }
        try await channel.close()
        return try result.get()
    }

    private init(_ channel: any Channel, _ state: Shared) {
        self.channel = channel
        self.state = state
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let connection: Int
        private let shared: Shared
        private let answer: @Sendable (Int, String) -> Answer
        private var count = 0
        private var pending = ""

        init(_ connection: Int, _ shared: Shared, _ answer: @escaping @Sendable (Int, String) -> Answer) {
            self.connection = connection
            self.shared = shared
            self.answer = answer
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            pending += String(buffer: unwrapInboundIn(data))
            if pending.first == "x" { pending = String(pending.drop { $0 == "x" }) }
            while let end = pending.firstRange(of: "\r\n\r\n") {
                let line = String(pending.prefix { $0 != "\r\n" })
                pending = String(pending[end.upperBound...].drop { $0 == "x" })
                shared.state.withLock { $0.requests.append(Request(connection: connection, line: line)) }
                let reply = answer(count, line)
                count += 1
                switch reply {
                case .nothing: break
                case .bytes(let text): context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
                case .last(let text):
                    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
                    context.close(promise: nil)
                case .late(let text, let time):
                    let channel = context.channel
                    context.eventLoop.scheduleTask(in: time) {
                        channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
                    }
                }
            }
        }
    }
}
