import ConnectorTestSupport
import FaultProxy
import IntegrationCore
import IntegrationDocument
import IntegrationTesting
import Synchronization
import Testing

/// A schema of the server, behind a proxy that can cut connections, and beside one that says nothing.
private final class PostgresHome: ConnectorHome {
    static let offers: ConnectorOffers = [
        .destination, .source, .probe, .headers, .refusal, .redelivery, .connections, .credentials, .tls, .silence,
    ]
    var offers: ConnectorOffers { Self.offers }
    var refusedBody: String { #"{"refuse":1}"# }

    private let schema: PostgresSchema
    private let proxy: FaultProxy
    private let port: Int
    private let silentPort: Int
    private let untrusted = Mutex<[PostgresServer]>([])

    init(_ proxy: FaultProxy, _ port: Int, silentPort: Int) throws {
        schema = try PostgresSchema(
            .shared(),
            "create table arrived (id serial, body text check (body not like '%refuse%'))")
        (self.proxy, self.port, self.silentPort) = (proxy, port, silentPort)
    }

    func destination(_ variant: ConnectorVariant) async throws -> any Destination {
        // Who says nothing before anything was asked for costs no try: this one says nothing to the message.
        guard variant == .silent else { return try destination(try connector(variant), "") }
        return try destination(
            schema.connector(port: port, [("timeout", "1s")]), " from (select pg_sleep(60) offset 0) s")
    }

    private func destination(_ connector: ConfigurationNode, _ rest: String) throws -> any Destination {
        try TestMakers(connector: connector).destination([
            "connector": "db", "statement": .string("insert into arrived (body) select $1" + rest), "args": ["$"],
        ])
    }

    func source(_ variant: ConnectorVariant) async throws -> any Source {
        try TestMakers(connector: try connector(variant)).source(
            ["connector": "db", "queue": "inbound", "poll_interval": "50ms"])
    }

    func probe(_ variant: ConnectorVariant) async throws -> any ConnectorProbe {
        try TestMakers(connector: try connector(variant)).probe()
    }

    private func connector(_ variant: ConnectorVariant) throws -> ConfigurationNode {
        let server = schema.server
        switch variant {
        case .sound: return schema.connector(port: port)
        case .unreachable: return ["url": "postgres://postgres@127.0.0.1:1/postgres"]
        case .silent: return ["url": .string(server.url(port: silentPort)), "connect_timeout": "1s", "timeout": "1s"]
        case .wrongCredentials:
            return ["url": .string(server.url("alice", database: "alice")), "password": "wr0ng"]
        case .untrusted(let flaw): return try connector(untrusted: flaw)
        }
    }

    private func connector(untrusted flaw: TLSFlaw) throws -> ConfigurationNode {
        func connector(
            _ server: PostgresServer, _ user: String = "postgres", host: String = "localhost", ca: String = "ca.pem",
            _ options: String = ""
        ) -> ConfigurationNode {
            [
                "url": .string(server.url(user, host: host, options)),
                "ssl": ["mode": "verify-full", "ca": .string(server.certificate(ca))],
            ]
        }
        func other(_ settings: String...) throws -> PostgresServer {
            let server = try PostgresServer(settings)
            untrusted.withLock { $0.append(server) }
            return server
        }
        func presenting(_ name: String) throws -> PostgresServer {
            try other("ssl_cert_file=../tls/\(name).pem", "ssl_key_file=../tls/\(name).key")
        }
        return switch flaw {
        case .wrongHost: connector(schema.server, host: "elsewhere.example", "hostaddr=127.0.0.1")
        case .wrongAuthority: connector(schema.server, ca: "other-ca.pem")
        case .expired: connector(try presenting("expired"))
        case .selfSigned: connector(try presenting("self-signed"))
        case .noClientCertificate: connector(schema.server, "carol")
        case .downgrade: connector(try other("ssl_min_protocol_version=TLSv1", "ssl_max_protocol_version=TLSv1.1"))
        }
    }

    func feed(_ messages: [ContractMessage]) async throws {
        try schema.sql(
            """
            create table if not exists inbound (
                id bigint generated always as identity primary key, body text not null, headers jsonb,
                due timestamptz not null default clock_timestamp(), lease uuid,
                receives integer not null default 0, suspects integer not null default 0,
                attempts integer not null default 0)
            """)
        for message in messages {
            let headers = Document { builder in
                let object = builder.open()
                for (name, value) in message.headers {
                    builder.append(string: name)
                    builder.append(string: value)
                }
                builder.close(object, .object, count: message.headers.count)
            }
            try schema.sql(
                "insert into inbound (body, headers) values ($body$\(message.body)$body$, $json$\(headers.json)$json$)")
        }
    }

    func arrived() async throws -> [ContractMessage] {
        try schema.sql("select body from arrived order by id").map { ContractMessage($0) }
    }

    func cutConnections() async throws { proxy.cutAll() }
}

@Suite(
    "PostgreSQL and the contract of connectors", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.absence)"))
struct PostgresContractTests {
    @Test(.timeLimit(.minutes(2)), arguments: ConnectorContract.checks(of: PostgresHome.offers))
    func `PostgreSQL keeps the contract`(_ check: ConnectorContract.Check) async throws {
        let server = try PostgresServer.shared()
        try await FaultProxy.withProxy(port: server.port) { proxy, port in
            try await FaultProxy.withProxy(port: server.port) { silent, silentPort in
                silent.set(.blackHole(after: 0, .toServer))
                try await check.run(PostgresHome(proxy, port, silentPort: silentPort))
            }
        }
    }
}
