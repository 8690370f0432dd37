internal import Glibc
internal import IntegrationCore
internal import NIOSSL

/// Turns `tls:` into what the library takes, and finds mistakes in it before anybody connects.
enum TLSMaterial {
    /// - Throws: `cannotBuild` naming the file that can't be read or understood.
    static func configuration(
        _ options: IntegrationCore.TLSConfiguration
    ) throws(IntegrationError) -> NIOSSL.TLSConfiguration {
        var tls = NIOSSL.TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion =
            switch options.minimumVersion {
            case .tls12: .tlsv12
            case .tls13: .tlsv13
            }
        if !options.verify { tls.certificateVerification = .none }
        if let ca = options.ca { tls.trustRoots = .certificates(try certificates(ca, "ca")) }
        if let cert = options.cert, let key = options.key {
            tls.certificateChain = try certificates(cert, "cert").map { .certificate($0) }
            tls.privateKey = .privateKey(
                try read(key, "key") { () throws in try NIOSSLPrivateKey(file: key.resolved, format: .pem) })
            let checked = tls
            _ = try read(key, "key", "it is not the key of `cert` (\(cert))") { () throws in
                try NIOSSLContext(configuration: checked)
            }
        }
        return tls
    }

    private static func certificates(
        _ path: PathValue, _ option: String
    ) throws(IntegrationError) -> [NIOSSLCertificate] {
        let all = try read(path, option) { () throws in try NIOSSLCertificate.fromPEMFile(path.resolved) }
        guard !all.isEmpty else { throw refused(path, option, "it holds no certificate (PEM)") }
        return all
    }

    private static func read<R>(
        _ path: PathValue, _ option: String, _ reason: String? = nil, _ body: () throws -> R
    ) throws(IntegrationError) -> R {
        guard access(path.resolved, R_OK) == 0 else {
            throw refused(path, option, "it can't be read: \(String(cString: strerror(errno)))")
        }
        do {
            return try body()
        } catch {
            throw refused(path, option, reason ?? "it is not in PEM form, or is protected by a password")
        }
    }

    private static func refused(_ path: PathValue, _ option: String, _ reason: String) -> IntegrationError {
        IntegrationError(
            .cannotBuild, "`tls.\(option)` names \(path.resolved): \(reason)",
            remedy: "Give the file in PEM form, readable by the engine.")
    }
}
