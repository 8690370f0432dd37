internal import IntegrationCore
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import NIOTLS
internal import Synchronization

/// One connection that only finds something out: whether an address accepts it, and what is agreed upon in TLS.
struct TLSInspection {
    /// What the two sides agreed upon.
    struct Agreement: Sendable {
        /// Such as `1.3`.
        var version: String
        /// The other side's own, first.
        var certificates: [CertificateFacts]
        fileprivate let watcher: HandshakeWatcher
    }

    let channel: any Channel

    /// Connects.
    ///
    /// - Parameter target: a name or an address.
    static func connect(to target: String, port: Int, timeout: Duration) async throws -> TLSInspection {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(TimeAmount(timeout))
            .connect(host: target, port: port).get()
        return TLSInspection(channel: channel)
    }

    /// Agrees upon TLS.
    ///
    /// - Parameter trustsAnybody: whether the certificate is only looked at.
    func agree(
        _ tls: NIOSSL.TLSConfiguration, serverName: String, trustsAnybody: Bool, timeout: Duration
    ) async throws -> Agreement {
        let watcher = HandshakeWatcher(channel.eventLoop)
        var tls = tls
        tls.applicationProtocols = ["http/1.1"]
        if trustsAnybody { tls.certificateVerification = .noHostnameVerification }
        let context = try NIOSSLContext(configuration: tls)
        try await channel.eventLoop.submit { [channel] in
            // A name that is an address is never sent, but compared with the certificate.
            let name = NetworkAddress(serverName) == nil ? serverName : nil
            let handler =
                trustsAnybody
                ? try NIOSSLClientHandler(context: context, serverHostname: name) { certificates, promise in
                    watcher.saw(certificates)
                    promise.succeed(.certificateVerified)
                } : try NIOSSLClientHandler(context: context, serverHostname: name)
            try channel.pipeline.syncOperations.addHandler(watcher)
            try channel.pipeline.syncOperations.addHandler(handler, position: .first)
        }.get()
        let limit = channel.eventLoop.scheduleTask(in: TimeAmount(timeout)) {
            watcher.over(.failure(ChannelError.connectTimeout(TimeAmount(timeout))))
        }
        defer { limit.cancel() }
        try await watcher.done.futureResult.get()
        let (version, leaf) = try await channel.eventLoop.submit { [channel] in
            let handler = try channel.pipeline.syncOperations.handler(type: NIOSSLHandler.self)
            return (handler.tlsVersion, handler.peerCertificate)
        }.get()
        let seen = watcher.certificates
        return Agreement(
            version: Self.text(version),
            certificates: (seen.isEmpty ? leaf.map { [$0] } ?? [] : seen).map { .init($0) }, watcher: watcher)
    }

    /// Waits for the other side to take its agreement back, which in TLS 1.3 it may do after the handshake.
    ///
    /// - Returns: what it says; nil where it says nothing, but waits for a request, or closes.
    func refusal(after agreement: Agreement, within patience: Duration) async -> (any Error)? {
        let timer = channel.eventLoop.scheduleTask(in: TimeAmount(patience)) { [channel] in
            channel.close(promise: nil)
        }
        // However it ended: what was said before it did is what counts.
        try? await channel.closeFuture.get()
        timer.cancel()
        return agreement.watcher.lateError
    }

    func close() async {
        do {
            try await channel.close()
        } catch {
            // Closed by the other side before: that is what was wanted.
            return
        }
    }

    private static func text(_ version: TLSVersion?) -> String {
        switch version {
        case .tlsv1: "1.0"
        case .tlsv11: "1.1"
        case .tlsv12: "1.2"
        case .tlsv13: "1.3"
        case nil: "unknown"
        }
    }
}
