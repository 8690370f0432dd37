import ConnectorTestSupport
import FaultProxy
import IntegrationCore
import IntegrationDocument
import IntegrationTesting
import Synchronization
import Testing

/// The scripted server behind a proxy that can cut connections.
private final class HTTPHome: ConnectorHome {
    static let offers: ConnectorOffers = [
        .destination, .probe, .trace, .refusal, .connections, .credentials, .tls, .silence,
    ]
    var offers: ConnectorOffers { Self.offers }
    var refusedBody: String { #"{"refuse":1}"# }

    private let server: ScriptedServer
    private let certificates: TestCertificates
    private let proxy: FaultProxy
    private let port: Int
    private let untrusted = Mutex<[ScriptedServer]>([])

    init(_ server: ScriptedServer, _ certificates: TestCertificates, _ proxy: FaultProxy, _ port: Int) {
        (self.server, self.certificates, self.proxy, self.port) = (server, certificates, proxy, port)
    }

    func destination(_ variant: ConnectorVariant) async throws -> any Destination {
        let path = variant == .silent ? "/slow/30" : "/contract"
        return try TestMakers(connector: try connector(variant)).destination(
            ["connector": "rest", "path": .string(path)])
    }

    func probe(_ variant: ConnectorVariant) async throws -> any ConnectorProbe {
        try TestMakers(connector: try connector(variant)).probe()
    }

    private func connector(_ variant: ConnectorVariant) throws -> ConfigurationNode {
        var fields: [(String, ConfigurationNode)] = [
            ("auth", ["type": "bearer", "token": variant == .wrongCredentials ? "wr0ng" : "s3cret"])
        ]
        switch variant {
        case .sound, .wrongCredentials:
            fields += [
                ("base_url", .string("http://127.0.0.1:\(port)")), ("probe", ["method": "GET", "path": "/contract"]),
            ]
        case .unreachable: fields.append(("base_url", .string(try ScriptedServer().url)))
        case .silent:
            fields += [
                ("base_url", .string(server.url)), ("timeout", "1s"), ("probe", ["path": "/slow/30"]),
            ]
        case .untrusted(let flaw):
            let other = try certificates.server(with: flaw)
            untrusted.withLock { $0.append(other) }
            fields += [
                ("base_url", .string(other.localhost)), ("tls", ["ca": .string(certificates.path("ca.pem"))]),
            ]
        }
        return .mapping(fields)
    }

    func arrived() async throws -> [ContractMessage] {
        let notes = try await server.notes().filter { $0.status == 201 }
        return notes.map { ContractMessage($0.body, headers: $0.headers) }
    }

    func cutConnections() async throws { proxy.cutAll() }
}

@Suite("The HTTP client and the contract of connectors")
struct HTTPContractTests {
    @Test(.timeLimit(.minutes(1)), arguments: ConnectorContract.checks(of: HTTPHome.offers))
    func `HTTP keeps the contract`(_ check: ConnectorContract.Check) async throws {
        let server = try ScriptedServer()
        let certificates = try TestCertificates()
        try await FaultProxy.withProxy(port: server.port) { proxy, port in
            try await check.run(HTTPHome(server, certificates, proxy, port))
        }
    }
}
