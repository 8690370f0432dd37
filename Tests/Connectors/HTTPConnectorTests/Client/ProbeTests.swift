import ConnectorTestSupport
import IntegrationCore
import Testing

@Suite("The probe of HTTP connectors")
struct ProbeTests {
    /// The steps as lines: name, and words.
    private func probe(_ connector: ConfigurationNode) async throws -> [String] {
        await (try TestMakers(connector: connector).probe()).lines()
    }

    @Test("Without TLS and credentials these steps are skipped; any answer shows that a server is there")
    func plain() async throws {
        let server = try ScriptedServer()
        #expect(
            try await probe(["base_url": .string(server.url + "/nothing-there")]) == [
                "resolve: 127.0.0.1", "connect: 127.0.0.1:\(server.port)",
                "tls skipped: `base_url` begins with http://", "authenticate skipped: the connector has no `auth`",
                "request: HEAD \(server.url)/nothing-there: 404 Not Found",
            ])
        #expect(try await server.notes().map(\.method) == ["HEAD"])
    }

    @Test("With TLS it tells the version and how long the certificate is good")
    func secure() async throws {
        let certificates = try TestCertificates()
        let server = try ScriptedServer("--tls", certificates.path("server.pem"), certificates.path("server.key"))
        let steps = try await probe([
            "base_url": .string(server.url), "tls": ["ca": .string(certificates.path("ca.pem"))],
            "auth": ["type": "bearer", "token": "s3cret"], "probe": ["method": "GET", "path": "/key"],
        ])
        #expect(
            steps == [
                "resolve: 127.0.0.1", "connect: 127.0.0.1:\(server.port)", "tls: 1.3, expires in 20 days",
                "authenticate: the bearer credentials: not refused", "request: GET \(server.url)/key: 200 OK",
            ])
    }

    @Test("What fails is the last step, with the reason")
    func failures() async throws {
        let server = try ScriptedServer()
        let url = ConfigurationNode.string(server.url)
        func last(_ connector: ConfigurationNode) async throws -> String? { try await probe(connector).last }
        #expect(
            try await last(["base_url": "http://nowhere.invalid"])?.hasPrefix("resolve failed: IE3001") == true)
        #expect(
            try await last(["base_url": url, "auth": ["type": "bearer", "token": "wr0ng"], "probe": "/key"])
                == "authenticate failed: IE3003: the server refused the bearer credentials: HEAD \(server.url)/key "
                + "was answered with 403 Forbidden")
        #expect(try await last(["base_url": url, "probe": "/none"])?.contains("request failed: IE3101") == true)
        #expect(try await last(["base_url": url, "probe": "/status/500"])?.contains("request failed: IE3104") == true)
        #expect(try await last(["timeout": "1s"])?.contains("has no `base_url`") == true)
        let token: ConfigurationNode = [
            "type": "oauth2", "token_url": .string(server.url + "/token"), "client_id": "c", "client_secret": "wr0ng",
        ]
        let refused = try await last(["base_url": url, "auth": token])
        #expect(refused?.hasPrefix("authenticate failed: IE3003: \(server.url)/token gave no token") == true)
    }

    @Test(
        "A proxy is what is connected to, and carries the request",
        .enabled(if: NginxServer.isInstalled, "\(NginxServer.absence)"))
    func proxy() async throws {
        let server = try ScriptedServer()
        // nginx knows no CONNECT: it refuses, and the probe says so.
        let proxy = try NginxServer("listen PORT; location / { return 200; }")
        let steps = try await probe(
            ["base_url": .string(server.url), "proxy": .string("http://localhost:\(proxy.port)")])
        #expect(steps.first?.hasPrefix("resolve: the proxy: ") == true)
        #expect(steps[1].hasSuffix(":\(proxy.port)"))
        #expect(steps.last == "request failed: IE3002: the proxy would not connect us to 127.0.0.1:\(server.port)")
    }
}
