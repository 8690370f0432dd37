internal import IntegrationCore
internal import NIOSSL

/// The server's side of TLS: our certificate, and whose clients are let in.
enum ServerTLS {
    /// - Throws: `tlsFailed` where a file can't be read or is no certificate.
    static func context(_ configuration: IntegrationCore.TLSConfiguration) throws(IntegrationError) -> NIOSSLContext {
        guard let cert = configuration.cert, let key = configuration.key else {
            throw IntegrationError(
                .cannotBuild, "a server needs `cert` and `key` in `tls`",
                remedy: "Write `tls: {cert: server.crt, key: server.key}`.")
        }
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(cert.resolved).map { NIOSSLCertificateSource.certificate($0) }
            let privateKey = try NIOSSLPrivateKey(file: key.resolved, format: .pem)
            var settings = NIOSSL.TLSConfiguration.makeServerConfiguration(
                certificateChain: chain, privateKey: .privateKey(privateKey))
            settings.minimumTLSVersion =
                configuration.minimumVersion == .tls13 ? .tlsv13 : .tlsv12
            settings.applicationProtocols = ["http/1.1"]
            if let ca = configuration.ca {
                // Who shows no certificate of these authorities is not let in.
                settings.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(ca.resolved))
                settings.certificateVerification = .noHostnameVerification
            }
            return try NIOSSLContext(configuration: settings)
        } catch {
            throw IntegrationError(
                .tlsFailed, "the certificate or the key can't be used", component: "\(cert), \(key)",
                causes: ["\(error)"], remedy: "Both must be PEM files, and the key that of the certificate.")
        }
    }
}
