internal import AsyncHTTPClient
internal import IntegrationCore
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPCompression
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// The library's clients, for HTTP/2 and proxies: one for requests that go where their URL says, and one for each
/// detour.
final class HTTPClients: Sendable {
    private struct Entry {
        let client: HTTPClient
        var users: Int
        var lastUse: UInt64
    }

    private struct State {
        var entries: [Detour: Entry] = [:]
        var uses: UInt64 = 0
    }

    /// Detours whose connections are kept.
    private static let limit = 64

    private let configuration: HTTPClient.Configuration
    private let direct: HTTPClient
    private let detours = Mutex(State())

    init(_ options: HTTPTransportOptions, _ tls: NIOSSL.TLSConfiguration) {
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls, redirectConfiguration: .disallow)
        configuration.timeout = .init(
            connect: TimeAmount(options.connectTimeout), read: TimeAmount(options.timeout))
        configuration.connectionPool = .init(
            idleTimeout: TimeAmount(options.idleTimeout),
            concurrentHTTP1ConnectionsPerHostSoftLimit: options.maximumConnections)
        // Trying again is decided elsewhere, and the reason of a failure is worth more than a wait.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = options.http2 ? .automatic : .http1Only
        // Trace context goes out with the request's own headers; spans of the library's would cost and be nobody's.
        configuration.tracing.tracer = nil
        configuration.decompression = .enabled(limit: .size(options.maximumAnswer))
        // Whoever made the options has read the proxy's address already.
        if let proxy = options.proxy, let address = try? HTTPAddress(proxy.reveal()) {
            configuration.proxy = .server(host: address.host, port: address.port)
        }
        self.configuration = configuration
        direct = HTTPClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: configuration)
    }

    /// Sends a request and takes the answer in.
    ///
    /// Through the library's asynchronous interface: it hands the body over together with the head, so that no answer
    /// can come between the two; an early answer to a request that is still being sent may end the process
    /// (async-http-client 1.37.0, when the connection closes just then).
    ///
    /// - Throws: `ExchangeError`, and what the library and `intake` throw.
    func exchange(
        _ request: HTTPRequest, _ detour: Detour?, _ intake: AnswerIntake, until deadline: NIODeadline
    ) async throws -> HTTPAnswer {
        let url = detour.map { request.address.withHost($0.name.contains(":") ? "[\($0.name)]" : $0.name) }
        var prepared = HTTPClientRequest(url: url ?? request.address.text)
        prepared.method = HTTPMethod(rawValue: request.method)
        prepared.headers = request.headers
        if !prepared.headers.contains(name: "accept-encoding") {
            prepared.headers.add(name: "accept-encoding", value: "gzip, deflate")
        }
        if detour != nil { prepared.headers.replaceOrAdd(name: "host", value: request.address.authority) }
        prepared.body = request.body.map { .bytes($0) }
        let sent = prepared
        do {
            return try await with(detour) { client in
                let response = try await client.execute(sent, deadline: deadline)
                try await intake.take(bodyOf: response, until: deadline, isExact: request.timeout != nil)
                return HTTPAnswer(
                    status: Int(response.status.code), reason: response.status.reasonPhrase,
                    headers: response.headers, body: intake.body, address: request.address)
            }
        } catch let error as HTTPClientError {
            if let known = ExchangeError(error) { throw known }
            throw error
        }
    }

    /// Calls `body` with the client for a detour, or with the one for none.
    private func with<R: Sendable>(_ detour: Detour?, _ body: (HTTPClient) async throws -> R) async throws -> R {
        guard let detour else { return try await body(direct) }
        let (client, evicted) = enter(detour)
        await Self.shutDown(evicted)
        defer { leave(detour) }
        return try await body(client)
    }

    private func enter(_ detour: Detour) -> (HTTPClient, evicted: [HTTPClient]) {
        detours.withLock { state in
            state.uses += 1
            if let known = state.entries[detour] {
                state.entries[detour]?.users += 1
                state.entries[detour]?.lastUse = state.uses
                return (known.client, [])
            }
            var evicted: [HTTPClient] = []
            while state.entries.count >= Self.limit,
                let oldest = state.entries.filter({ $0.value.users == 0 }).min(by: {
                    $0.value.lastUse < $1.value.lastUse
                })
            {
                state.entries[oldest.key] = nil
                evicted.append(oldest.value.client)
            }
            var configuration = configuration
            configuration.dnsOverride = [detour.name: detour.target]
            if !detour.showsCertificate {
                configuration.tlsConfiguration?.certificateChain = []
                configuration.tlsConfiguration?.privateKey = nil
            }
            let client = HTTPClient(
                eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: configuration)
            state.entries[detour] = Entry(client: client, users: 1, lastUse: state.uses)
            return (client, evicted)
        }
    }

    private func leave(_ detour: Detour) { detours.withLock { $0.entries[detour]?.users -= 1 } }

    /// Closes all connections. Nobody may use the clients any more.
    func close() async {
        let all = detours.withLock { state in
            defer { state.entries = [:] }
            return state.entries.values.map(\.client)
        }
        await Self.shutDown(all + [direct])
    }

    private static func shutDown(_ clients: [HTTPClient]) async {
        for client in clients {
            do {
                try await client.shutdown()
            } catch {
                // Its connections are closed all the same; that one did not say goodbye is no failure of ours.
                continue
            }
        }
    }
}
