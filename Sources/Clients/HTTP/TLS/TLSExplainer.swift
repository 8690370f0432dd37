internal import IntegrationCore
internal import NIOCore
internal import NIOSSL
internal import Synchronization

/// Says why TLS failed, in words that lead to what has to be done.
///
/// The library only says that a certificate was not accepted; which one it was and why, a second connection finds out,
/// over which nothing is sent. What was found out holds for half a minute.
final class TLSExplainer: Sendable {
    private let tls: NIOSSL.TLSConfiguration
    private let options: HTTPTransportOptions
    private let known = Mutex<[String: (until: NIODeadline, words: String)]>([:])

    init(_ tls: NIOSSL.TLSConfiguration, _ options: HTTPTransportOptions) {
        self.tls = tls
        self.options = options
    }

    func explain(_ error: any Error, _ address: HTTPAddress, _ detour: Detour?) async -> [String] {
        let raw = Self.text(of: error)
        let name = detour?.name ?? address.host
        guard Self.isAboutCertificate(raw) else { return [Self.words(raw, options.tls)] }
        let words = await remembered("\(address.origin) \(name)") {
            await inspect(address, detour) { _, agreement in
                let now = Int(SystemClock().wallTime.components.seconds)
                return Self.complaint(agreement.certificates, host: name, now: now)
            } ?? Self.notTrusted
        }
        return [words]
    }

    /// Why a server closed a new connection without a byte, where TLS is the reason: in TLS 1.3 a client's certificate
    /// is judged after the handshake, and what is said then may be lost with the connection.
    ///
    /// - Returns: nil where TLS is not known to be the reason.
    func refusal(_ address: HTTPAddress, _ detour: Detour?) async -> String? {
        let name = detour?.name ?? address.host
        let words = await remembered("after \(address.origin) \(name)") {
            await inspect(address, detour) { connection, agreement in
                let said = await connection.refusal(after: agreement, within: .milliseconds(500))
                return said.map { Self.words(Self.text(of: $0), options.tls) }
            } ?? ""
        }
        return words.isEmpty ? nil : words
    }

    private func remembered(_ key: String, _ find: () async -> String) async -> String {
        let now = NIODeadline.now()
        if let words = known.withLock({ $0[key].flatMap { $0.until > now ? $0.words : nil } }) { return words }
        let words = await find()
        known.withLock { known in
            if known.count >= 64 { known.removeAll() }
            known[key] = (now + .seconds(30), words)
        }
        return words
    }

    private static let notTrusted = "its certificate is not trusted"

    /// Agrees upon TLS with whoever is there over a connection of its own, and has `body` look at it.
    ///
    /// - Returns: nil where nothing could be looked at.
    private func inspect(
        _ address: HTTPAddress, _ detour: Detour?, _ body: (TLSInspection, TLSInspection.Agreement) async -> String?
    ) async -> String? {
        guard options.proxy == nil else { return nil }
        do {
            let connection = try await TLSInspection.connect(
                to: detour?.target ?? address.host, port: address.port, timeout: options.connectTimeout)
            var words: String?
            do {
                let agreement = try await connection.agree(
                    tls, serverName: detour?.name ?? address.host, trustsAnybody: true,
                    timeout: options.connectTimeout)
                words = await body(connection, agreement)
            } catch {
                words = nil
            }
            await connection.close()
            return words
        } catch {
            return nil
        }
    }

    /// What is wrong with a chain of certificates that was not accepted.
    static func complaint(_ chain: [CertificateFacts], host: String, now: Int) -> String {
        guard let leaf = chain.first else { return "it shows no certificate" }
        for (index, certificate) in chain.enumerated() {
            let whose = index == 0 ? "its certificate" : "a certificate of those who signed its own"
            if certificate.notAfter < now { return "\(whose) expired on \(certificate.lastDay)" }
            if certificate.notBefore > now { return "\(whose) is valid only from \(certificate.firstDay)" }
        }
        guard leaf.names.contains(where: { covers($0, host) }) else {
            let names = leaf.names.isEmpty ? "nobody" : leaf.names.prefix(5).joined(separator: ", ")
            return "its certificate is for \(names), not for \(host)"
        }
        if leaf.isSelfSigned { return "its certificate is self-signed: nobody whom we trust vouches for it" }
        let signer = (chain.last?.issuer ?? leaf.issuer).map { "`\($0)`" } ?? "somebody"
        return "its certificate is signed by \(signer), an authority that we don't trust"
    }

    /// Whether a name in a certificate covers a host (RFC 6125, 6.4).
    private static func covers(_ name: String, _ host: String) -> Bool {
        let (name, host) = (name.lowercased(), host.lowercased())
        guard name.hasPrefix("*.") else { return name == host }
        guard let dot = host.firstIndex(of: ".") else { return false }
        return host[dot...] == name.dropFirst()
    }

    // MARK: What the library says

    private static func text(of error: any Error) -> String { "\(error)" }

    private static func isAboutCertificate(_ text: String) -> Bool {
        text.contains("CERTIFICATE_VERIFY_FAILED") || text.contains("unableToValidateCertificate")
            || text.contains("failedToValidateHostname") || text.contains("in certificate from peer")
    }

    private static func words(_ text: String, _ options: IntegrationCore.TLSConfiguration) -> String {
        let ours =
            options.cert == nil
            ? "it demands a client certificate, and `tls.cert` and `tls.key` name none"
            : "it does not accept our certificate (`tls.cert`)"
        let table: [(String, String)] = [
            ("CERTIFICATE_REQUIRED", ours), ("ALERT_UNKNOWN_CA", ours), ("ALERT_BAD_CERTIFICATE", ours),
            ("ALERT_CERTIFICATE", ours), ("ALERT_ACCESS_DENIED", ours),
            (
                "PROTOCOL_VERSION",
                "no version of TLS is common to both: we speak \(options.minimumVersion.rawValue) or newer (`min_version`)"
            ),
            (
                "UNSUPPORTED_PROTOCOL",
                "no version of TLS is common to both: we speak \(options.minimumVersion.rawValue) or newer (`min_version`)"
            ),
            ("WRONG_VERSION_NUMBER", "what listens there does not speak TLS"),
            ("HTTP_REQUEST", "what listens there does not speak TLS"),
            (
                "HANDSHAKE_FAILURE",
                options.cert == nil
                    ? "it refused the handshake: it may demand a client certificate, or no cipher is common to both"
                    : "it refused the handshake: it may not accept our certificate, or no cipher is common to both"
            ),
            ("NO_SHARED_CIPHER", "no cipher is common to both"),
            ("UNRECOGNIZED_NAME", "it has no certificate for the name that we asked for"),
            ("EOF during handshake", "it closed the connection during the handshake"),
        ]
        return table.first { text.contains($0.0) }?.1 ?? "the handshake failed: \(text)"
    }
}
