internal import IntegrationCore
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPCompression
internal import NIOPosix
internal import NIOSSL

/// Makes connections: TCP, TLS where it is spoken, and what reads and writes HTTP/1.1 on top.
struct ConnectionMaker: Sendable {
    private let options: HTTPTransportOptions
    private let tls: TLSContexts

    init(_ options: HTTPTransportOptions, _ tls: NIOSSL.TLSConfiguration) {
        self.options = options
        self.tls = TLSContexts(tls)
    }

    /// Connects on `loop`; all of it together takes at most `connectTimeout`.
    ///
    /// - Returns: a connection that nothing was sent over. Fails with `ExchangeError`, and with what the network and TLS
    ///   say.
    func connect(
        _ target: ConnectionTarget, on loop: any EventLoop, for pool: ConnectionPool
    ) -> EventLoopFuture<ClientConnection> {
        guard target.isSecure else {
            return tcp(target, loop).flatMapThrowing { channel in try speakHTTP(channel, target, pool) }
        }
        let deadline = NIODeadline.now() + TimeAmount(options.connectTimeout)
        // In this order: nothing is open where the context can't be made.
        return tls.context(showsCertificate: target.showsCertificate, on: loop).flatMap { context in
            tcp(target, loop).flatMap { channel in
                agree(context, target, over: channel, until: deadline)
                    .flatMapThrowing { try speakHTTP(channel, target, pool) }
                    .flatMapErrorThrowing { error in
                        channel.close(promise: nil)
                        throw error
                    }
            }
        }
    }

    private func tcp(_ target: ConnectionTarget, _ loop: any EventLoop) -> EventLoopFuture<any Channel> {
        ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(options.connectTimeout))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(host: target.host, port: target.port)
    }

    private func agree(
        _ context: NIOSSLContext, _ target: ConnectionTarget, over channel: any Channel, until deadline: NIODeadline
    ) -> EventLoopFuture<Void> {
        let watcher = HandshakeWatcher(channel.eventLoop)
        let timer = channel.eventLoop.scheduleTask(deadline: deadline) {
            watcher.over(.failure(ExchangeError.tlsTimedOut))
        }
        watcher.done.futureResult.whenComplete { _ in timer.cancel() }
        do {
            // A name that is an address is never sent, but compared with the certificate.
            let name = NetworkAddress(target.name) == nil ? target.name : nil
            try channel.pipeline.syncOperations.addHandler(watcher)
            try channel.pipeline.syncOperations.addHandler(
                NIOSSLClientHandler(context: context, serverHostname: name), position: .first)
        } catch {
            watcher.over(.failure(error))
        }
        return watcher.done.futureResult.flatMap {
            channel.pipeline.syncOperations.removeHandler(watcher)
        }
    }

    /// Whoever connects speaks first, so that nothing comes before this is in place.
    private func speakHTTP(
        _ channel: any Channel, _ target: ConnectionTarget, _ pool: ConnectionPool
    ) throws -> ClientConnection {
        guard channel.isActive else { throw ExchangeError.closed }
        let connection = ClientConnection(channel, target, pool, idleTimeout: TimeAmount(options.idleTimeout))
        let pipeline = channel.pipeline.syncOperations
        // Headers are checked where they are put together.
        try pipeline.addHTTPClientHandlers(enableOutboundHeaderValidation: false)
        try pipeline.addHandler(NIOHTTPResponseDecompressor(limit: .size(options.maximumAnswer)))
        try pipeline.addHandler(connection)
        return connection
    }
}
