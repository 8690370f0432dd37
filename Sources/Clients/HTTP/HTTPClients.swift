internal import AsyncHTTPClient
internal import IntegrationCore
internal import NIOCore
internal import NIOHTTPCompression
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// The library's clients: one for requests that go where their URL says, and one for each detour.
final class HTTPClients: Sendable {
    /// A host that is connected to under another name or address.
    struct Detour: Hashable {
        /// The name that the other side's certificate must bear.
        let name: String
        /// What is connected to.
        let target: String
        /// Whether our certificate is shown to whoever asks for it.
        var showsCertificate = true
    }

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
        configuration.decompression = .enabled(limit: .size(options.maximumAnswer))
        // Whoever made the options has read the proxy's address already.
        if let proxy = options.proxy, let address = try? HTTPAddress(proxy.reveal()) {
            configuration.proxy = .server(host: address.host, port: address.port)
        }
        self.configuration = configuration
        direct = HTTPClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: configuration)
    }

    /// Calls `body` with the client for a detour, or with the one for none.
    func with<R: Sendable>(_ detour: Detour?, _ body: (HTTPClient) async throws -> R) async throws -> R {
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
