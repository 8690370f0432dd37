internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// A TCP proxy on loopback that does to connections what networks do to them.
package final class FaultProxy: Sendable {
    private struct State {
        var fault = NetworkFault.none
        /// Happens to one connection only.
        var next: NetworkFault?
        var connections: [ObjectIdentifier: any Channel] = [:]
        var accepted = 0
        var passed: [NetworkFault.Direction: Int] = [:]
    }

    private let state = Mutex(State())
    private let target: (host: String, port: Int)
    private let group: any EventLoopGroup

    private init(to host: String, _ port: Int, group: any EventLoopGroup) {
        target = (host, port)
        self.group = group
    }

    /// Runs a proxy for the length of `body`.
    ///
    /// - Parameters:
    ///   - port: where the server listens.
    ///   - body: gets the proxy and the port on 127.0.0.1 where it listens.
    package static func withProxy<R: Sendable>(
        to host: String = "127.0.0.1", port: Int, _ body: (FaultProxy, _ port: Int) async throws -> R
    ) async throws -> R {
        let group = MultiThreadedEventLoopGroup.singleton
        let proxy = FaultProxy(to: host, port, group: group)
        let listener = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { proxy.accept($0) }
            .bind(host: "127.0.0.1", port: 0).get()
        guard let own = listener.localAddress?.port else { throw ChannelError.unknownLocalAddress }
        do {
            let result = try await body(proxy, own)
            try await listener.close()
            proxy.cutAll()
            return result
        } catch {
            try await listener.close()
            proxy.cutAll()
            throw error
        }
    }

    /// Sets what happens to connections that are made from now on.
    package func set(_ fault: NetworkFault) { state.withLock { $0.fault = fault } }

    /// Sets what happens to the next connection, and to no other.
    package func setNext(_ fault: NetworkFault) { state.withLock { $0.next = fault } }

    /// Ends every connection, both sides see a reset.
    package func cutAll() {
        for channel in state.withLock({ Array($0.connections.values) }) { channel.resetAndClose() }
    }

    /// Connections that were accepted so far.
    package var accepted: Int { state.withLock { $0.accepted } }
    /// Connections that are open now.
    package var open: Int { state.withLock { $0.connections.count } }
    /// Bytes that were passed on so far.
    package func passed(_ direction: NetworkFault.Direction) -> Int { state.withLock { $0.passed[direction] ?? 0 } }

    fileprivate func note(passed count: Int, _ direction: NetworkFault.Direction) {
        state.withLock { $0.passed[direction, default: 0] += count }
    }

    private func accept(_ client: any Channel) -> EventLoopFuture<Void> {
        let fault = state.withLock { state in
            state.accepted += 1
            return state.next.take() ?? state.fault
        }
        if fault == .refuse {
            client.resetAndClose()
            return client.eventLoop.makeSucceededVoidFuture()
        }
        state.withLock { $0.connections[ObjectIdentifier(client)] = client }
        client.closeFuture.whenComplete { _ in
            self.state.withLock { $0.connections[ObjectIdentifier(client)] = nil }
        }
        // Both ends live on one loop, so that they hand bytes to each other without hopping.
        return ClientBootstrap(group: client.eventLoop)
            .channelOption(.autoRead, value: false)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: target.host, port: target.port)
            .flatMap { self.join(client, $0, fault) }
            .flatMapError { _ in
                // The server is away: so is the client's connection.
                client.resetAndClose()
                return client.eventLoop.makeSucceededVoidFuture()
            }
    }

    private func join(_ client: any Channel, _ server: any Channel, _ fault: NetworkFault) -> EventLoopFuture<Void> {
        client.eventLoop.makeCompletedFuture {
            let ending = Ending()
            try client.pipeline.syncOperations.addHandler(Relay(to: server, .toServer, fault, self, ending))
            try server.pipeline.syncOperations.addHandler(Relay(to: client, .toClient, fault, self, ending))
            try client.syncOptions?.setOption(.autoRead, value: true)
            try server.syncOptions?.setOption(.autoRead, value: true)
        }
    }
}

/// Whether the fault of a connection has come about: its two ends share it, on their one event loop.
private final class Ending {
    var hasCome = false
}

/// Hands what one end reads to the other one, with the fault in between.
private final class Relay: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let peer: any Channel
    private let direction: NetworkFault.Direction
    private let fault: NetworkFault
    private let proxy: FaultProxy
    private let ending: Ending
    private var count = 0
    private var isOver = false

    init(
        to peer: any Channel, _ direction: NetworkFault.Direction, _ fault: NetworkFault, _ proxy: FaultProxy,
        _ ending: Ending
    ) {
        self.ending = ending
        self.peer = peer
        self.direction = direction
        self.fault = fault
        self.proxy = proxy
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        let bytes = unwrapInboundIn(data)
        switch fault {
        case .none, .refuse: pass(bytes)
        case .latency(let milliseconds):
            let loop = context.eventLoop.assumeIsolated()
            _ = loop.scheduleTask(in: .milliseconds(Int64(milliseconds))) { self.pass(bytes) }
        case .slices(let size):
            var rest = bytes
            while let slice = rest.readSlice(length: min(size, rest.readableBytes)), slice.readableBytes > 0 {
                pass(slice)
            }
        case .cut(let limit, let way):
            limited(bytes, limit, way, context) { $0.close(promise: nil) }
        case .reset(let limit, let way):
            limited(bytes, limit, way, context) { $0.resetAndClose() }
        case .blackHole(let limit, let way):
            limited(bytes, limit, way, context) { _ in }
        }
    }

    /// Passes as many bytes as may pass; at the limit both ends get what `end` does to them.
    private func limited(
        _ bytes: ByteBuffer, _ limit: Int, _ way: NetworkFault.Direction, _ context: ChannelHandlerContext,
        _ end: @escaping (any Channel) -> Void
    ) {
        guard way == direction else { return pass(bytes) }
        var bytes = bytes
        let room = max(0, limit - count)
        let isOver = bytes.readableBytes >= room
        if let part = bytes.readSlice(length: min(room, bytes.readableBytes)), part.readableBytes > 0 { pass(part) }
        guard isOver else { return }
        self.isOver = true
        ending.hasCome = true
        let own = context.channel
        // Behind the bytes that were passed.
        peer.writeAndFlush(peer.allocator.buffer(capacity: 0)).assumeIsolated().whenComplete { [peer] _ in
            end(peer)
            end(own)
        }
    }

    private func pass(_ bytes: ByteBuffer) {
        count += bytes.readableBytes
        proxy.note(passed: bytes.readableBytes, direction)
        peer.writeAndFlush(bytes, promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if ending.hasCome { return }
        peer.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .inputClosed? = event as? ChannelEvent else { return }
        if ending.hasCome { return }
        peer.close(mode: .output, promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A reset on one side is a reset on the other.
        context.channel.resetAndClose()
        peer.resetAndClose()
    }
}

extension Channel {
    /// Closes so that the other side sees a reset (RST) rather than an end (FIN).
    fileprivate func resetAndClose() {
        guard let socket = self as? any SocketOptionProvider else { return close(promise: nil) }
        socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in self.close(promise: nil) }
    }
}
