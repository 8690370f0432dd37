import HTTPTransport
import IntegrationCore
import Testing

@Suite("HTTP addresses")
struct HTTPAddressTests {
    @Test(
        "Paths are appended with exactly one slash, and what can't stand in a URL is encoded",
        arguments: [
            ("http://a", "", "http://a/"), ("http://a/", "/b", "http://a/b"), ("http://a/v1", "b", "http://a/v1/b"),
            ("http://a/v1/", "/b/", "http://a/v1/b/"), ("http://a/v1", "?x=1", "http://a/v1?x=1"),
            ("http://a", "/ä b<>\"#", "http://a/%C3%A4%20b%3C%3E%22%23"), ("http://a", "/%41", "http://a/%41"),
            ("HTTPS://A.Example:443/X", "y", "https://a.example/X/y"), ("http://a:443", "y", "http://a:443/y"),
            ("http://[2001:DB8::1]:8080", "y", "http://[2001:db8::1]:8080/y"), ("http://a/?", "y?b", "http://a/y?b"),
        ])
    func appending(_ base: String, _ path: String, _ expected: String) throws {
        #expect(try HTTPAddress(base).appending(path: path).text == expected)
    }

    @Test("What is shown hides what may be secret")
    func shown() throws {
        #expect(try HTTPAddress("http://a/b?key=s3cret").shown == "http://a/b")
        #expect(HTTPAddress.shown("/login?token=s3cret") == "/login")
        #expect(!HTTPAddress.shown("http://user:s3cret@host/").contains("s3cret"))
    }

    @Test("Whatever is taken for an address is the same one when it is read again, and none crashes")
    func roundTrips() throws {
        var random = RandomSource(seed: 7)
        let pieces = [
            "http://", "https://", "HTTP://", "a", "Z", "9", ".", "-", "_", ":", "80", "65536", "/", "//", "?", "&",
            "=", "#",
            "@", "[", "]", "::1", "[::1]", "%41", "%", "\\", " ", "\r\n", "ä", "\u{0}", "*", "127.0.0.1", "0x7f.1",
            "..",
        ]
        var taken = 0
        for _ in 0..<50_000 {
            let head = random.next() % 4 == 0 ? "" : "http://"
            let text = (0..<(random.next() % 8)).reduce(into: head) { text, _ in
                text += pieces[Int(random.next() % UInt64(pieces.count))]
            }
            guard let address = try? HTTPAddress(text) else { continue }
            taken += 1
            let again = try HTTPAddress(address.text)
            #expect(again.text == address.text, "\(text)")
            #expect(again.host == address.host && again.port == address.port && again.isSecure == address.isSecure)
            #expect(!address.host.contains { "/?#@\\ ".contains($0) }, "\(text)")
        }
        #expect(taken > 1000)
    }
}
