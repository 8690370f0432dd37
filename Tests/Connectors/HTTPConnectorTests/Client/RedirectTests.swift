import ConnectorTestSupport
import IntegrationCore
import IntegrationTesting
import NIOCore
import NIOHTTP1
import Testing

@testable import HTTPTransport

@Suite("Redirects")
struct RedirectTests {
    private let server: ScriptedServer
    private let other: ScriptedServer

    init() throws {
        server = try ScriptedServer()
        other = try ScriptedServer()
    }

    private func send(
        _ method: String, _ status: Int, to location: String, redirects: Int = 5
    ) async throws -> HTTPAnswer {
        let options = HTTPTransportOptions(
            redirects: redirects, allowed: try AddressGuard(allowing: ["127.0.0.0/8", "::1"]))
        let url = "\(server.url)/redirect/\(status)?to=\(PercentEncoding.component(location))"
        return try await Exchange.get(url, options, method: method) { request in
            request.headers = [
                "Authorization": "Bearer s3cret", "Cookie": "s3cret", "X-Api-Key": "s3cret", "traceparent": "t",
                "content-type": "text/plain",
            ]
            if method != "GET" { request.body = ByteBuffer(string: "body") }
        }
    }

    @Test("On the same server everything goes on, to another one nothing that may be a secret")
    func credentials() async throws {
        #expect(try await send("GET", 302, to: "/echo").status == 200)
        let kept = try #require(try await server.notes().last)
        #expect(kept.headers["authorization"] == "Bearer s3cret")
        #expect(try await send("GET", 302, to: other.url + "/echo").status == 200)
        let stripped = try #require(try await other.notes().last)
        #expect(stripped.headers["traceparent"] == "t")
        #expect(stripped.headers["host"] == "127.0.0.1:\(other.port)")
        #expect(!stripped.headers.values.contains { $0.contains("s3cret") })
        // Another name for the same machine is another server.
        #expect(try await send("GET", 302, to: "http://localhost:\(server.port)/echo").status == 200)
        #expect(try await server.notes().last?.headers["authorization"] == nil)
    }

    @Test("A body is never dropped: what would make a GET of it is not followed", arguments: [301, 302, 303])
    func rewriting(_ status: Int) async throws {
        #expect(try await send("POST", status, to: "/echo").status == status)
        let report = try await Exchange.error(
            to: ["connector": "rest", "path": "/redirect/\(status)?to=/echo"],
            connector: ["base_url": .string(server.url), "redirects": 3])
        #expect(report?.code == .httpRedirected)
        #expect(report?.causes == ["it points to /echo"])
    }

    @Test("307 and 308 carry method and body on", arguments: [307, 308])
    func keeping(_ status: Int) async throws {
        #expect(try await send("PUT", status, to: "/echo/here?x=1").status == 200)
        let note = try #require(try await server.notes().last)
        #expect(note.method == "PUT")
        #expect(note.target == "/echo/here?x=1")
        #expect(note.body == "body")
    }

    @Test("Our certificate is shown to the server that the configuration names, and to none that it points to")
    func certificate() async throws {
        let certificates = try TestCertificates()
        let first = try certificates.server(with: .noClientCertificate)
        let second = try certificates.server(with: .noClientCertificate)
        func path(_ name: String) -> PathValue { PathValue(certificates.path(name)) }
        let options = HTTPTransportOptions(
            tls: TLSConfiguration(ca: path("ca.pem"), cert: path("client.pem"), key: path("client.key")), redirects: 1,
            allowed: try AddressGuard(allowing: ["127.0.0.0/8"]))
        for server in [first, second] {
            #expect(try await Exchange.get(server.url + "/ok", options).status == 200)
        }
        let to = PercentEncoding.component(second.url + "/ok")
        let error = await failure { _ = try await Exchange.get(first.url + "/redirect/302?to=\(to)", options) }
        #expect(error?.code == .tlsFailed)
        #expect(try await Exchange.get(first.url + "/redirect/302?to=/ok", options).status == 200)
    }

    @Test("Off by default, as many as allowed, and never for ever")
    func limits() async throws {
        #expect(try await send("GET", 302, to: "/echo", redirects: 0).status == 302)
        let circle = "/redirect/302?to=" + PercentEncoding.component("/redirect/302?to=/redirect")
        #expect(try await send("GET", 302, to: circle, redirects: 2).status == 302)
        let nowhere = await failure { _ = try await send("GET", 302, to: "http://") }
        #expect(nowhere?.code == .httpAnswerInvalid)
    }
}

@Suite("References of redirects")
struct ReferenceTests {
    @Test(
        "References mean what RFC 3986 (5.4) says",
        arguments: [
            ("g", "/b/c/g"), ("./g", "/b/c/g"), ("g/", "/b/c/g/"), ("/g", "/g"), ("?y", "/b/c/d;p?y"),
            ("g?y", "/b/c/g?y"),
            ("#s", "/b/c/d;p?q"), ("g#s", "/b/c/g"), ("g?y#s", "/b/c/g?y"), (";x", "/b/c/;x"), ("", "/b/c/d;p?q"),
            (".", "/b/c/"), ("./", "/b/c/"), ("..", "/b/"), ("../", "/b/"), ("../g", "/b/g"), ("../..", "/"),
            ("../../g", "/g"),
            ("../../../g", "/g"), ("/./g", "/g"), ("/../g", "/g"), ("g.", "/b/c/g."), ("..g", "/b/c/..g"),
            ("./../g", "/b/g"),
            ("./g/.", "/b/c/g/"), ("g/./h", "/b/c/g/h"), ("g/../h", "/b/c/h"), ("g?y/./x", "/b/c/g?y/./x"),
            ("g?to=http://x/", "/b/c/g?to=http://x/"),
        ])
    func references(_ reference: String, _ expected: String) throws {
        #expect(try HTTPAddress("http://a/b/c/d;p?q").resolving(reference).text == "http://a" + expected)
        #expect(try HTTPAddress("http://a").resolving("//g").text == "http://g/")
        #expect(try HTTPAddress("https://a:8443/x").resolving("y").text == "https://a:8443/y")
    }
}
