internal import NIOCore
internal import NIOSSL
internal import NIOTLS
internal import Synchronization

/// Tells when a handshake is over, and what goes wrong behind it.
final class HandshakeWatcher: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private struct State {
        var isOver = false
        var certificates: [NIOSSLCertificate] = []
        var lateError: (any Error)?
    }

    let done: EventLoopPromise<Void>
    private let state = Mutex(State())

    init(_ loop: any EventLoop) { done = loop.makePromise() }

    var certificates: [NIOSSLCertificate] { state.withLock { $0.certificates } }

    /// What came after a handshake that had succeeded: in TLS 1.3 a server judges a client's certificate only then.
    var lateError: (any Error)? { state.withLock { $0.lateError } }

    func saw(_ certificates: [NIOSSLCertificate]) { state.withLock { $0.certificates = certificates } }

    func over(_ result: Result<Void, any Error>) {
        let isFirst = state.withLock { state in
            defer { state.isOver = true }
            return !state.isOver
        }
        if isFirst { done.completeWith(result) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent { over(.success(())) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        state.withLock { if $0.isOver { $0.lateError = error } }
        over(.failure(error))
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        over(.failure(NIOSSLError.handshakeFailed(.sslError([.eofDuringHandshake]))))
        context.fireChannelInactive()
    }
}
