import ConnectorTestSupport
import HTTPTransport
import IntegrationCore
import NIOCore
import Synchronization
import Testing

@Suite("Addresses that messages may not choose")
struct AddressGuardTests {
    private static func guarded(_ allow: [String], redirects: Int = 0) throws -> HTTPTransportOptions {
        HTTPTransportOptions(redirects: redirects, allowed: try AddressGuard(allowing: allow))
    }

    private func refusal(
        _ url: String, _ allow: [String], redirects: Int = 0, resolver: NameResolver = .system
    ) async throws -> IntegrationError? {
        let options = try Self.guarded(allow, redirects: redirects)
        return await failure {
            _ = try await Exchange.get(url, options, resolver: resolver) { $0.guardedBy = options.allowed }
        }
    }

    @Test(
        "Addresses that are not public are refused, however they are written",
        arguments: [
            "127.0.0.1", "127.1", "127.0.1", "0", "0.0.0.0", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1",
            "017700000001", "0x7f.1", "localhost", "LOCALHOST", "[::1]", "[::]", "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:7f00:0001]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::127.0.0.1]",
            "10.0.0.1", "10.255.255.255", "012.0.0.1", "167772161", "172.16.0.1", "172.31.255.255", "192.168.1.1",
            "192.168.257", "169.254.169.254", "0xa9fea9fe", "2852039166", "[::ffff:a9fe:a9fe]", "[fe80::1]",
            "[fc00::1]",
            "[fd00:ec2::254]", "[ff02::1]", "[fec0::1]", "[2001::1]", "[2001:db8::1]", "100.64.0.1", "100.100.100.200",
            "168.63.129.16", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
            "239.255.255.250", "240.0.0.1", "255.255.255.255",
        ])
    func inner(_ host: String) async throws {
        let error = try #require(try await refusal("http://\(host):1/", ["*"]))
        #expect(error.code == .addressForbidden, "\(error)")
        #expect(error.message.contains("may not be reached"))
    }

    @Test(
        "Public addresses are not refused",
        arguments: [
            "8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "192.167.0.1", "100.63.0.1", "100.128.0.1",
            "223.255.255.255",
            "2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8",
        ])
    func outer(_ text: String) throws {
        let address = try #require(NetworkAddress(text))
        #expect(throws: Never.self) { try AddressGuard(allowing: ["*"]).check(address, of: "x") }
    }

    @Test(
        "Texts that are no strict URL never become one",
        arguments: [
            "http://127.0.0.1\\@example.com/", "http://example.com@127.0.0.1/", "http://user:pass@example.com/",
            "http://example.com#@127.0.0.1/", "http:///127.0.0.1", "http:127.0.0.1", "//127.0.0.1",
            "file:///etc/passwd",
            "gopher://127.0.0.1:11211/", "http://[::1%25lo]/", "http://[::1", "http://①②⑦.⓪.⓪.①/",
            "http://exa mple.com/",
            "http://example.com/\r\nX: y", "http://example.com:99999/", "http://example.com:-1/",
            "http://example.com:+80/",
            "", "http://", "https://?x", "HTTP//x", "http://exam%70le.com/", "http://[127.0.0.1]/",
        ])
    func urls(_ text: String) {
        #expect(throws: HTTPAddress.Malformed.self) { _ = try HTTPAddress(text) }
    }

    @Test("Names are allowed by name, inner addresses by block")
    func allowing() async throws {
        let server = try ScriptedServer()
        let url = "http://localhost:\(server.port)/ok"
        #expect(try await refusal(url, ["*", "127.0.0.0/8", "::1/128"]) == nil)
        #expect(try await refusal(url, ["localhost", "127.0.0.1", "::1"]) == nil)
        #expect(try await refusal(url, ["localhost"])?.message.contains("resolves to") == true)
        #expect(try await refusal(url, ["127.0.0.0/8"])?.message.contains("`localhost` is not in `allow`") == true)
        #expect(try await refusal("http://127.0.0.1:\(server.port)/ok", ["127.0.0.0/8"]) == nil)
        #expect(try await refusal("http://8.8.8.8/", ["example.com"])?.code == .addressForbidden)
        #expect(try await server.notes().count == 3)
        let rule = try AddressGuard(allowing: ["*.example.com"])
        #expect(throws: Never.self) { try rule.check(host: "a.b.example.com") }
        for host in ["example.com", "badexample.com", "example.com.evil.org", "a.example.org"] {
            #expect(throws: AddressGuard.Refusal.self) { try rule.check(host: host) }
        }
        for entry in ["10.0.0.0/33", "*", "*.*", "a*b", "ex ample.com", "http://x", ""] where entry != "*" {
            #expect(throws: AddressGuard.Refusal.self) { _ = try AddressGuard(allowing: [entry]) }
        }
    }

    @Test("A name that resolves otherwise the second time is connected to where it was checked")
    func rebinding() async throws {
        let server = try ScriptedServer()
        let asked = Mutex(0)
        let resolver = NameResolver { _, _ in
            let count = asked.withLock { asked in
                asked += 1
                return asked
            }
            return [NetworkAddress(bytes: count == 1 ? [127, 0, 0, 1] : [10, 0, 0, 1])]
        }
        let url = "http://rebind.invalid:\(server.port)/echo"
        let options = try Self.guarded(["rebind.invalid", "127.0.0.1"])
        let answer = try await Exchange.get(url, options, resolver: resolver) { $0.guardedBy = options.allowed }
        #expect(answer.status == 200)
        #expect(String(buffer: answer.body).contains(#"["host", "rebind.invalid:\#(server.port)"]"#))
        #expect(asked.withLock { $0 } == 1)
        #expect(try await refusal(url, ["rebind.invalid", "127.0.0.1"], resolver: resolver)?.code == .addressForbidden)
        // One inner address among public ones is enough.
        let mixed = NameResolver { _, _ in
            [NetworkAddress(bytes: [8, 8, 8, 8]), NetworkAddress(bytes: [127, 0, 0, 1])]
        }
        #expect(try await refusal(url, ["*"], resolver: mixed)?.code == .addressForbidden)
    }

    @Test("A redirect is checked anew: to inner addresses it is refused")
    func redirects() async throws {
        let server = try ScriptedServer()
        func url(_ to: String) -> String { "\(server.url)/redirect/302?to=\(PercentEncoding.component(to))" }
        let allow = ["127.0.0.1"]
        let metadata = "http://169.254.169.254/latest/meta-data"
        #expect(try await refusal(url(metadata), allow, redirects: 3)?.code == .addressForbidden)
        // Not only for addresses from messages: our own server may be led astray.
        let options = HTTPTransportOptions(redirects: 3)
        let error = await failure { _ = try await Exchange.get(url("http://[::1]:1/"), options) }
        #expect(error?.code == .addressForbidden)
        #expect(try await Exchange.get(url(metadata)).status == 302)
    }

    @Test("A destination goes where the message says, within what is allowed, and needs that said")
    func destination() async throws {
        let server = try ScriptedServer()
        let node: ConfigurationNode = ["connector": "rest", "url": "{{ callback }}"]
        func error(_ url: String, _ allow: ConfigurationNode) async throws -> IntegrationError? {
            try await Exchange.error(
                sending: #"{"callback": "\#(url)"}"#, to: node, connector: ["allow": allow])
        }
        #expect(try await error(server.url + "/ok/1", ["127.0.0.0/8"]) == nil)
        #expect(try await error(server.url + "/ok/2", ["*"])?.code == .addressForbidden)
        #expect(try await error("ftp://x/", ["*"])?.code == .httpRequestInvalid)
        #expect(try await error("http://127.0.0.1\\\\@example.com/", ["*"])?.code == .httpRequestInvalid)
        #expect(try await server.notes().map(\.target) == ["/ok/1"])
        let missing = #expect(throws: IntegrationError.self) {
            _ = try TestMakers(connector: ["base_url": "http://localhost"]).destination(node)
        }
        #expect(missing?.message.contains("`allow`") == true)
        let open = #expect(throws: IntegrationError.self) {
            _ = try TestMakers(connector: ["allow": ["*"], "auth": ["type": "bearer", "token": "s3cret"]])
                .destination(node)
        }
        #expect(open?.message.contains("would show the credentials to any host") == true)
    }
}
