import ConnectorTestSupport
import FaultProxy
import Glibc
import IntegrationCore
import PostgreSQLClient
import Testing

@Suite("A connection to PostgreSQL", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.absence)"))
struct ConnectionTests {
    private let server: PostgresServer

    init() throws { server = try .shared() }

    private func refusal(_ settings: PostgreSQLSettings) async throws -> IntegrationError {
        try #require(await failure { _ = try await PostgreSQLConnection.open(settings) })
    }

    @Test("On loopback and Unix sockets TLS is used where the server has it, and nothing is demanded")
    func local() async throws {
        let connection = try await PostgreSQLConnection.open(server.url())
        let facts = try #require(await connection.facts)
        #expect(facts.version >= 150000 && facts.tls == "TLSv1.3")
        let folder = server.socketFolder.replacing("/", with: "%2F")
        let socket = try await PostgreSQLConnection.open(server.url(host: folder))
        #expect(await socket.facts?.tls == nil)
        #expect(try await socket.run("select 1").text(0, 0) == "1")
    }

    @Test("Elsewhere the certificate must be of the host, signed by an authority of the system")
    func remote() async throws {
        // The name leads here by `hostaddr`, so that the host is this machine.
        let url = server.url(host: "localhost.example", "hostaddr=127.0.0.1")
        #expect(try await PostgreSQLConnection.open(url).facts?.tls == "TLSv1.3", "the address is this machine")
        // For all that we know this leads to another one.
        var settings = try PostgreSQLSettings(test: server.url(host: "127.1"))
        let unknown = try await refusal(settings)
        #expect(unknown.code == .tlsFailed)
        #expect(unknown.message.contains("certificate verify failed"), "the system trusts another authority")
        settings.systemAuthorities = ["/nowhere/ca.pem", server.certificate("ca.pem")]
        let trusted = try await PostgreSQLConnection.open(settings).facts
        #expect(trusted?.tls == "TLSv1.3" && trusted?.mode == "verify-full")
        settings.systemAuthorities = ["/nowhere/ca.pem"]
        #expect(try await refusal(settings).remedy?.contains("ca-certificates") == true)
        settings.sslMode = .disable
        _ = try await PostgreSQLConnection.open(settings)
    }

    @Test("A host that a service file names is another machine unless it says otherwise, and its own sslmode holds")
    func service() async throws {
        let folder = TemporaryFolder()
        let file = folder.file("services.conf")
        folder.write(
            "services.conf",
            """
            # of the tests
            [away]
            host=127.1
            port=\(server.port)
            user=postgres

            [away-plain]
            host=127.1
            port=\(server.port)
            user=postgres
            sslmode=disable

            [here]
            host=127.0.0.1
            port=\(server.port)
            user=postgres
            dbname=postgres
            """)
        // Read by libpq as well, which looks nowhere else.
        setenv("PGSERVICEFILE", file, 1)
        defer { unsetenv("PGSERVICEFILE") }
        func settings(_ service: String) throws -> PostgreSQLSettings {
            try PostgreSQLSettings(test: "postgres:///postgres?service=\(service)")
        }
        let away = try await refusal(settings("away"))
        #expect(away.code == .tlsFailed && away.message.contains("certificate verify failed"))
        #expect(try await PostgreSQLConnection.open(settings("away-plain")).facts?.tls == nil)
        #expect(try await PostgreSQLConnection.open(settings("here")).facts?.tls == "TLSv1.3")
        #expect(try await refusal(settings("nobody")).message.contains("nobody"))
    }

    @Test("Every mode of libpq demands what it says")
    func modes() async throws {
        func open(
            _ mode: PostgreSQLSettings.SSLMode, host: String = "localhost", ca: String? = nil
        ) async throws
            -> String?
        {
            var settings = try PostgreSQLSettings(test: server.url(host: host, "hostaddr=127.0.0.1"))
            settings.sslMode = mode
            settings.authority = ca.map { server.certificate($0) }
            return try await PostgreSQLConnection.open(settings).facts?.tls
        }
        #expect(try await open(.disable) == nil)
        #expect(try await open(.allow) == nil)
        #expect(try await open(.prefer) == "TLSv1.3")
        #expect(try await open(.require) == "TLSv1.3")
        #expect(try await open(.verifyCA, host: "elsewhere", ca: "ca.pem") == "TLSv1.3")
        #expect(try await open(.verifyFull, ca: "ca.pem") == "TLSv1.3")
        for (mode, host, ca) in [
            (.verifyFull, "elsewhere", "ca.pem"), (.verifyFull, "localhost", "other-ca.pem"),
            (.verifyCA, "localhost", "other-ca.pem"), (.require, "localhost", "other-ca.pem"),
        ] as [(PostgreSQLSettings.SSLMode, String, String)] {
            let error = await failure { _ = try await open(mode, host: host, ca: ca) }
            #expect(error?.code == .tlsFailed, "\(mode) \(host) \(ca): \(String(describing: error))")
        }
    }

    @Test("Our own certificate is shown to a server that asks for it")
    func clientCertificate() async throws {
        var settings = try PostgreSQLSettings(test: server.url("carol", host: "localhost"))
        settings.sslMode = .verifyFull
        settings.authority = server.certificate("ca.pem")
        let without = try await refusal(settings)
        #expect(without.code == .tlsFailed)
        #expect(without.message.contains("requires a valid client certificate"))
        settings.certificate = server.certificate("client.pem")
        settings.key = server.certificate("client.key")
        let connection = try await PostgreSQLConnection.open(settings)
        #expect(try await connection.run("select current_user").text(0, 0) == "carol")
    }

    @Test("Passwords go by SCRAM, and what is wrong with them is said")
    func passwords() async throws {
        var settings = try PostgreSQLSettings(test: server.url("alice", database: "alice"))
        let none = try await refusal(settings)
        #expect(none.code == .accessRefused && none.message.contains("no password supplied"))
        settings.password = SecretString("wr0ng")
        let wrong = try await refusal(settings)
        #expect(wrong.code == .accessRefused && wrong.nativeCode == "28P01")
        #expect(wrong.message.hasSuffix("FATAL:  password authentication failed for user \"alice\""))
        settings.password = SecretString("s3cret")
        #expect(try await PostgreSQLConnection.open(settings).run("select current_user").text(0, 0) == "alice")
        let database = try await refusal(PostgreSQLSettings(test: server.url(database: "nowhere")))
        #expect(database.code == .sqlDatabaseUnknown && database.nativeCode == "3D000")
    }

    @Test("A name that leads nowhere, a port where nobody listens, and a URL that makes no sense are told apart")
    func addresses() async throws {
        let name = try await refusal(PostgreSQLSettings(test: "postgres://nowhere.invalid/db?sslmode=disable"))
        #expect(name.code == .hostUnknown)
        let port = try await refusal(PostgreSQLSettings(test: "postgres://127.0.0.1:1/db"))
        #expect(port.code == .connectionRefused)
        let url = try await refusal(PostgreSQLSettings(test: "postgres://u:s3cret@127.0.0.1/db?sslmood=disable"))
        #expect(url.code == .cannotBuild && url.message.contains("sslmood"))
        for secret in ["postgres://u:pa%ss@127.0.0.1/db", "postgres://127.0.0.1/db?password=pa%ss"] {
            let leak = try await refusal(PostgreSQLSettings(test: secret))
            #expect(leak.code == .cannotBuild && !leak.description.contains("pa%ss"), "\(leak)")
        }
    }

    @Test("Of several hosts the next one is taken where one refuses, says nothing, or only lets read")
    func hosts() async throws {
        try await FaultProxy.withProxy(port: server.port) { proxy, silent in
            proxy.set(.blackHole(after: 0, .toServer))
            let hosts = "127.0.0.1:1,127.0.0.1:\(silent),127.0.0.1:\(server.port)"
            let url = "postgres://postgres@\(hosts)/postgres?target_session_attrs=read-write&sslmode=disable"
            let connection = try await PostgreSQLConnection.open(
                try PostgreSQLSettings(test: url, connectTimeout: .milliseconds(300)))
            #expect(try await connection.run("select 1").text(0, 0) == "1")
            let standby = url.replacing("read-write", with: "standby")
            let error = try await refusal(PostgreSQLSettings(test: standby, connectTimeout: .milliseconds(300)))
            #expect(error.code == .sqlUnavailable, "\(error)")
        }
    }

    @Test("Who takes the connection and says nothing is given up in time")
    func silence() async throws {
        try await FaultProxy.withProxy(port: server.port) { proxy, port in
            proxy.set(.blackHole(after: 0, .toServer))
            let started = ContinuousClock.now
            let error = try await refusal(
                PostgreSQLSettings(test: server.url(port: port), connectTimeout: .milliseconds(300)))
            #expect(error.code == .connectTimedOut && error.code.retryClass == .connection)
            #expect(error.message.contains("did not answer to the wish for TLS"))
            #expect(ContinuousClock.now - started < .seconds(3))
        }
    }

    @Test("A connection that ends at any byte before it is open costs no message a try")
    func cut() async throws {
        try await FaultProxy.withProxy(port: server.port) { proxy, port in
            let settings = try PostgreSQLSettings(test: server.url(port: port), connectTimeout: .seconds(2))
            await (try PostgreSQLConnection.open(settings)).close()
            let sizes = NetworkFault.Direction.allCases.map { ($0, proxy.passed($0)) }
            var failures = 0
            for (direction, size) in sizes {
                for place in stride(from: 0, to: size, by: max(1, size / 40)) {
                    for fault in [NetworkFault.reset(after: place, direction), .cut(after: place, direction)] {
                        // Without TLS libpq tries a second time, which is cut as well.
                        proxy.set(fault)
                        let error = await failure { await (try PostgreSQLConnection.open(settings)).close() }
                        guard let error else { continue }
                        failures += 1
                        #expect(error.code.retryClass == .connection, "\(fault): \(error)")
                    }
                }
            }
            #expect(failures > 60)
        }
    }

    @Test("Connecting ends at once when it is cancelled")
    func cancelled() async throws {
        try await FaultProxy.withProxy(port: server.port) { proxy, port in
            proxy.set(.blackHole(after: 0, .toServer))
            let settings = try PostgreSQLSettings(test: server.url(port: port), connectTimeout: .seconds(60))
            let started = ContinuousClock.now
            await withTaskGroup(of: IntegrationError?.self) { group in
                group.addTask { await failure { _ = try await PostgreSQLConnection.open(settings) } }
                while proxy.accepted == 0 { await Task.yield() }
                group.cancelAll()
                #expect(await group.next()??.code == .noConnection)
            }
            #expect(ContinuousClock.now - started < .seconds(10))
        }
    }
}
