public import IntegrationCore
internal import NIOSSL

/// Finds out step by step whether a server can be reached, and what is agreed upon with it.
public struct HTTPInspection: Sendable {
    /// What was agreed upon in TLS.
    public struct Agreement: Sendable {
        /// Such as `1.3`.
        public let version: String
        /// The server's own.
        public let certificate: CertificateFacts?
    }

    /// A connection over which nothing was said yet.
    public struct Connection: Sendable {
        /// To where, such as `192.0.2.1:443`.
        public let peer: String
        let tls: TLSInspection
    }

    private let address: HTTPAddress
    private let options: HTTPTransportOptions
    private let resolver: NameResolver
    private let tls: NIOSSL.TLSConfiguration
    private let explainer: TLSExplainer
    /// Who is connected to: the server, or the proxy before it.
    private let peer: HTTPAddress
    public let usesProxy: Bool

    /// - Throws: `cannotBuild` where a certificate or key can't be read.
    public init(_ address: HTTPAddress, through transport: HTTPTransport) throws(IntegrationError) {
        self.address = address
        options = transport.options
        resolver = transport.resolver
        tls = try TLSMaterial.configuration(options.tls)
        explainer = TLSExplainer(tls, options)
        // Whoever made the options has read the proxy's address already.
        let proxy = options.proxy.flatMap { try? HTTPAddress($0.reveal()) }
        peer = proxy ?? address
        usesProxy = proxy != nil
    }

    /// The addresses of the server, or of the proxy.
    public func resolve() async throws(IntegrationError) -> [NetworkAddress] {
        try await resolver.addresses(of: peer.host, timeout: options.connectTimeout)
    }

    /// Connects to the first address that accepts, for the length of `body`.
    public func withConnection<R: Sendable>(
        to addresses: [NetworkAddress], _ body: (Connection) async -> R
    ) async throws(IntegrationError) -> R {
        var failure = IntegrationError(.hostUnknown, "`\(peer.host)` has no address")
        for candidate in addresses {
            let opened: TLSInspection
            do {
                opened = try await TLSInspection.connect(
                    to: candidate.description, port: peer.port, timeout: options.connectTimeout)
            } catch {
                failure = translate(error)
                continue
            }
            let text = candidate.bytes.count == 4 ? "\(candidate)" : "[\(candidate)]"
            let result = await body(Connection(peer: "\(text):\(peer.port)", tls: opened))
            await opened.close()
            return result
        }
        throw failure
    }

    /// Agrees upon TLS as requests do.
    ///
    /// - Throws: `tlsFailed`, with the reason.
    public func agree(over connection: Connection) async throws(IntegrationError) -> Agreement {
        let name = (options.tls.serverName ?? address.host).lowercased()
        do {
            let agreement = try await connection.tls.agree(
                tls, serverName: name, trustsAnybody: false, timeout: options.connectTimeout)
            return Agreement(version: agreement.version, certificate: agreement.certificates.first)
        } catch {
            var failure = translate(error)
            if failure.code == .tlsFailed {
                let detour =
                    name == address.host ? nil : Detour(name: name, target: address.host)
                failure.causes = await explainer.explain(error, address, detour)
            }
            throw failure
        }
    }

    private func translate(_ error: any Error) -> IntegrationError {
        ExchangeFailure(
            request: HTTPRequest("HEAD", peer), options: options, timeout: options.timeout, progress: nil
        ).translate(error)
    }
}
