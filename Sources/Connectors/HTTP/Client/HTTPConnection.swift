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

/// A connection at work.
struct OpenConnection: Sendable {
    let connection: HTTPConnection
    let pool: HTTPPool
    let context: FlowContext

    /// Sends a request with everything that the connector adds: its headers, the trace, the credentials.
    ///
    /// - Parameters:
    ///   - input: what the connector's headers are filled in from.
    ///   - trace: the context of whoever causes the request.
    /// - Throws: why there is no answer; an answer of any status is returned.
    func send(
        _ prepared: HTTPRequest, _ input: inout TextInput, trace: TraceContext
    ) async throws(IntegrationError) -> HTTPAnswer {
        var request = prepared
        for entry in connection.headers where !request.headers.contains(name: entry.name) {
            try request.headers.set(entry.name, try entry.text.string(&input, encoding: .plain))
        }
        request.headers.setWhereMissing("user-agent", "integration")
        var random = context.random
        let span = trace.child(random.next())
        request.headers.replaceOrAdd(name: "traceparent", value: span.parent)
        if let state = span.state { request.headers.replaceOrAdd(name: "tracestate", value: state) }
        return try await connection.credentials.send(request, pool, clock: context.clock)
    }

    /// A trace that begins here, for requests that no message causes.
    func newTrace() -> TraceContext {
        var random = context.random
        return TraceContext(of: MessageID(high: random.next(), low: random.next()), random: random.next())
    }

    /// Why an answer is a failure; nil where it is none.
    ///
    /// - Parameter accepted: statuses beyond class 2xx that are none.
    func failure(_ answer: HTTPAnswer, of request: HTTPRequest, accepted: Set<Int> = []) -> IntegrationError? {
        guard !accepted.contains(answer.status), var code = HTTPStatus.failure(answer.status) else { return nil }
        let wait = answer.headers.first(name: "retry-after")
            .flatMap { RetryAfter.wait($0, now: context.clock.wallTime) }
        if answer.status == 503, wait != nil { code = .httpRateLimited }
        var said = connection.credentials.redacted(answer.excerpt)
        if answer.status == 400,
            ["No required SSL certificate", "SSL certificate error"].contains(where: said.contains)
        {
            // nginx answers so where TLS let us through, but not far: that is no fault of the message.
            code = .accessRefused
            said = "it demands a client certificate that it trusts (`tls.cert`): \(said)"
        }
        var error = IntegrationError(
            code, "\(request.method) \(request.address.shown) was answered with \(answer.statusText)",
            retryAfter: wait, nativeCode: "\(answer.status)", causes: said.isEmpty ? [] : [said])
        if (300...399).contains(answer.status), let location = answer.headers.first(name: "location") {
            error.causes = ["it points to \(HTTPAddress.shown(location))"]
        }
        return error
    }
}
