import ConnectorTestSupport
import HTTPTransport
import IntegrationCore
import IntegrationTesting
import NIOCore
import NIOHTTP1
import Testing

@Suite("TLS of the HTTP client")
struct TLSTests {
    private let certificates: TestCertificates

    init() throws { certificates = try TestCertificates() }

    private func options(
        clientCertificate: Bool = false, serverName: String? = nil, minimum: TLSConfiguration.Version = .tls12,
        verify: Bool = true, http2: Bool = true
    ) -> HTTPTransportOptions {
        HTTPTransportOptions(
            tls: TLSConfiguration(
                ca: PathValue(certificates.path("ca.pem")),
                cert: clientCertificate ? PathValue(certificates.path("client.pem")) : nil,
                key: clientCertificate ? PathValue(certificates.path("client.key")) : nil, serverName: serverName,
                minimumVersion: minimum, verify: verify), http2: http2)
    }

    private func refusal(_ url: String, _ options: HTTPTransportOptions) async throws -> IntegrationError {
        try #require(await failure { _ = try await Exchange.get(url, options) })
    }

    @Test(
        "Whoever is not to be trusted is refused, and the reason says why",
        arguments: [
            (.wrongHost, "its certificate is for elsewhere.example, not for localhost"),
            (.wrongAuthority, "its certificate is signed by `Another Authority`, an authority that we don't trust"),
            (.expired, "its certificate expired on 2025-02-01"),
            (.selfSigned, "its certificate is self-signed: nobody whom we trust vouches for it"),
            (.noClientCertificate, "it demands a client certificate, and `tls.cert` and `tls.key` name none"),
            (.downgrade, "no version of TLS is common to both: we speak 1.2 or newer (`min_version`)"),
        ] as [(TLSFlaw, String)], [true, false])
    func flaws(_ flaw: (TLSFlaw, String), _ http2: Bool) async throws {
        let (flaw, reason) = flaw
        let server = try certificates.server(with: flaw)
        let error = try await refusal(server.localhost, options(http2: http2))
        #expect(error.code == .tlsFailed)
        #expect(error.message == "no trusted connection to localhost:\(server.port)")
        #expect(error.causes == [reason])
    }

    @Test(
        "nginx: a server that speaks no TLS at that port",
        .enabled(if: NginxServer.isInstalled, "\(NginxServer.absence)"))
    func plain() async throws {
        let plain = try NginxServer("listen PORT; location / { return 200; }")
        let error = try await refusal("https://127.0.0.1:\(plain.port)", options())
        #expect(error.code == .tlsFailed)
        #expect(error.causes == ["what listens there does not speak TLS"])
        let older = try await refusal("https://127.0.0.1:\(plain.port)", options(http2: false))
        #expect(older.causes == ["what listens there does not speak TLS"])
    }

    @Test("A certificate may be for an address", arguments: [true, false])
    func address(http2: Bool) async throws {
        let secure = try ScriptedServer("--tls", certificates.path("server.pem"), certificates.path("server.key"))
        #expect(try await Exchange.get(secure.url + "/ok", options(http2: http2)).status == 200)
        #expect(try await Exchange.get(secure.localhost + "/ok", options(http2: http2)).status == 200)
    }

    @Test(
        "`server_name` is the name that the certificate must bear; the request still names the host",
        arguments: [true, false])
    func serverName(http2: Bool) async throws {
        let server = try certificates.server(with: .wrongHost)
        let known = options(serverName: "elsewhere.example", http2: http2)
        let answer = try await Exchange.get(server.localhost + "/echo", known)
        #expect(String(buffer: answer.body).contains(#"["host", "localhost:\#(server.port)"]"#))
        let error = try await refusal(server.localhost, options(serverName: "another.example", http2: http2))
        #expect(error.causes == ["its certificate is for elsewhere.example, not for another.example"])
    }

    @Test("`verify: false` trusts anybody, and says so only to those who write it", arguments: [true, false])
    func unverified(http2: Bool) async throws {
        for flaw in [TLSFlaw.wrongHost, .wrongAuthority, .expired, .selfSigned] {
            let server = try certificates.server(with: flaw)
            #expect(
                try await Exchange.get(server.localhost + "/ok", options(verify: false, http2: http2)).status == 200)
        }
    }

    @Test("A file that is no certificate, or not the key of it, is named before anybody connects")
    func files() async throws {
        let folder = TemporaryFolder()
        let nonsense = folder.write("nonsense.pem", "nonsense")
        func cause(_ tls: TLSConfiguration) async -> String? {
            await failure { _ = try await Exchange.get("https://localhost", HTTPTransportOptions(tls: tls)) }?.message
        }
        let nowhere = await cause(TLSConfiguration(ca: PathValue("/nowhere.pem")))
        #expect(nowhere == "`tls.ca` names /nowhere.pem: it can't be read: No such file or directory")
        #expect(await cause(TLSConfiguration(ca: PathValue(nonsense)))?.contains("not in PEM form") == true)
        let client = PathValue(certificates.path("client.pem"))
        let other = TLSConfiguration(cert: client, key: PathValue(certificates.path("server.key")))
        #expect(await cause(other)?.contains("it is not the key of `cert`") == true)
    }

    // MARK: nginx

    private func nginx(_ more: String = "") throws -> NginxServer {
        try NginxServer(
            """
            listen PORT ssl http2;
            ssl_certificate \(certificates.path("server.pem")); ssl_certificate_key \(certificates.path("server.key"));
            \(more)
            location / { add_header x-protocol $server_protocol always; add_header x-tls $ssl_protocol always;
                         add_header x-client $ssl_client_s_dn always; return 200 "{}"; }
            """)
    }

    @Test("nginx: HTTP/2 and 1.1, TLS 1.3 and 1.2", .enabled(if: NginxServer.isInstalled, "\(NginxServer.absence)"))
    func versions() async throws {
        let server = try nginx("ssl_protocols TLSv1.2 TLSv1.3;")
        let url = "https://localhost:\(server.port)/"
        let modern = try await Exchange.get(url, options())
        #expect(modern.headers["x-protocol"] == ["HTTP/2.0"])
        #expect(modern.headers["x-tls"] == ["TLSv1.3"])
        var plain = options()
        plain.http2 = false
        #expect(try await Exchange.get(url, plain).headers["x-protocol"] == ["HTTP/1.1"])
        let old = try nginx("ssl_protocols TLSv1.2;")
        let oldURL = "https://localhost:\(old.port)/"
        #expect(try await Exchange.get(oldURL, options()).headers["x-tls"] == ["TLSv1.2"])
        let error = try await refusal(oldURL, options(minimum: .tls13))
        #expect(error.code == .tlsFailed)
        #expect(error.causes == ["no version of TLS is common to both: we speak 1.3 or newer (`min_version`)"])
    }

    @Test(
        "nginx: a client certificate is shown where one is asked for, and its lack is no fault of the message",
        .enabled(if: NginxServer.isInstalled, "\(NginxServer.absence)"))
    func clientCertificates() async throws {
        let server = try nginx("ssl_client_certificate \(certificates.path("ca.pem")); ssl_verify_client on;")
        let url = "https://localhost:\(server.port)"
        for http2 in [true, false] {
            let known = try await Exchange.get(url, options(clientCertificate: true, http2: http2))
            #expect(known.headers["x-client"] == ["CN=A Client"])
        }
        let error = try #require(
            try await Exchange.error(
                to: ["connector": "rest"],
                connector: ["base_url": .string(url), "tls": ["ca": .string(certificates.path("ca.pem"))]]))
        #expect(error.code == .accessRefused)
        #expect(error.causes.first?.contains("it demands a client certificate that it trusts (`tls.cert`)") == true)
        #expect(error.causes.first?.contains("No required SSL certificate was sent") == true)
    }

    @Test(
        "nginx: a hundred requests at once share what HTTP/2 needs: one connection",
        .enabled(if: NginxServer.isInstalled, "\(NginxServer.absence)"))
    func multiplexing() async throws {
        let server = try nginx("keepalive_requests 1000;")
        let url = try HTTPAddress("https://localhost:\(server.port)/")
        let statuses = try await HTTPTransport(options()).withPool { pool in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<100 { group.addTask { try await pool.send(HTTPRequest("GET", url)).status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
        #expect(statuses == Array(repeating: 200, count: 100))
    }
}
