internal import HTTPTransport
internal import IntegrationCore
internal import IntegrationDocument
internal import NIOHTTP1

/// What all endpoints of one connector share: where its server is, the connections, the credentials, the headers.
struct HTTPConnection: Sendable {
    let name: String
    /// Nil where the connector names none.
    let base: HTTPAddress?
    let transport: HTTPTransport
    let credentials: Credentials
    /// The connector's own, for every request.
    let headers: [RequestTemplate.Entry]
    /// What `connector test` asks for.
    let probe: ProbeRequest

    /// The connection of an endpoint, made by whoever asks first.
    static func of(
        _ endpoint: EndpointDeclaration, _ context: any MakerContext
    ) throws(IntegrationError) -> HTTPConnection {
        try shared(try context.connection(of: endpoint), context)
    }

    static func shared(_ connection: Connection, _ context: any MakerContext) throws(IntegrationError) -> HTTPConnection
    {
        try context.shared("http \(connection.name)") { () throws(IntegrationError) in
            try HTTPConnection(connection, context)
        }
    }

    private init(_ connection: Connection, _ context: any MakerContext) throws(IntegrationError) {
        let fields = connection.fields
        name = connection.name
        base = try fields[HTTPConfiguration.baseURL].map { url throws(IntegrationError) in
            try Self.address(url.reveal(), "base_url")
        }
        // A proxy that could not be read would be passed by, so it is read here, where that can be said.
        if let proxy = fields[HTTPConfiguration.proxy] { _ = try Self.address(proxy.reveal(), "proxy") }
        let allowed: AddressGuard
        do throws(AddressGuard.Refusal) {
            allowed = try AddressGuard(allowing: fields[HTTPConfiguration.allow])
        } catch {
            throw IntegrationError(.cannotBuild, "`allow`: \(error.reason)")
        }
        transport = HTTPTransport(
            HTTPTransportOptions(
                tls: fields[HTTPConfiguration.tls] ?? TLSConfiguration(), http2: fields[HTTPConfiguration.http2],
                maximumConnections: fields[HTTPConfiguration.maxConnections],
                idleTimeout: fields[HTTPConfiguration.idleTimeout],
                connectTimeout: fields[ConnectorFields.connectTimeout], timeout: fields[ConnectorFields.timeout],
                maximumAnswer: fields[HTTPConfiguration.maxResponse].bytes, proxy: fields[HTTPConfiguration.proxy],
                redirects: fields[HTTPConfiguration.redirects], allowed: allowed))
        credentials =
            try fields[HTTPConfiguration.auth].map { auth throws(IntegrationError) in
                try Credentials(auth)
            } ?? .none
        headers = try RequestTemplate.headers(fields[HTTPConfiguration.headers], context)
        probe = ProbeRequest(fields[HTTPConfiguration.probe])
    }

    static func address(_ text: String, _ option: String) throws(IntegrationError) -> HTTPAddress {
        do {
            return try HTTPAddress(text)
        } catch {
            throw IntegrationError(
                .cannotBuild, "`\(option)` \(error.reason)", remedy: "Write it like `https://api.example.com/v1`.")
        }
    }

    /// `base_url`.
    ///
    /// - Throws: `cannotBuild` where the connector has none.
    func requireBase() throws(IntegrationError) -> HTTPAddress {
        guard let base else {
            throw IntegrationError(
                .cannotBuild, "the connector of this endpoint has no `base_url`",
                remedy: "Add `base_url: https://…` to the connector (\(name)).")
        }
        return base
    }

    /// Opens connections for the length of `body`, or shares those that others opened.
    func open<R: Sendable>(
        in context: FlowContext, _ body: (OpenConnection) async throws -> R
    ) async throws -> R {
        try await transport.withPool { pool in
            try await body(OpenConnection(connection: self, pool: pool, context: context))
        }
    }
}
