internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// What TLS needs for each connection, made once, and off the event loops: the system's certificates are many.
final class TLSContexts: Sendable {
    private let tls: NIOSSL.TLSConfiguration
    /// With our certificate, and without.
    private let made = Mutex<[Bool: NIOSSLContext]>([:])

    init(_ tls: NIOSSL.TLSConfiguration) {
        var tls = tls
        tls.applicationProtocols = ["http/1.1"]
        self.tls = tls
    }

    func context(showsCertificate: Bool, on loop: any EventLoop) -> EventLoopFuture<NIOSSLContext> {
        if let context = made.withLock({ $0[showsCertificate] }) { return loop.makeSucceededFuture(context) }
        return NIOThreadPool.singleton.runIfActive(eventLoop: loop) { [self] in
            try made.withLock { made in
                if let context = made[showsCertificate] { return context }
                var tls = tls
                if !showsCertificate {
                    tls.certificateChain = []
                    tls.privateKey = nil
                }
                let context = try NIOSSLContext(configuration: tls)
                made[showsCertificate] = context
                return context
            }
        }
    }
}
