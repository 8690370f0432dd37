import IntegrationCore
import Testing

@testable import IntegrationServices

@Suite("Lists of endpoints") struct EndpointListTests {
    private static func parse(_ text: String) throws(IntegrationError) -> [ServiceEndpoint] {
        try EndpointList.parse(Array(text.utf8), from: "list")
    }

    @Test func `one endpoint a line, with its weight and name, and comments`() throws {
        let text = """
            # customers
            http://c1:8080

            http://c2:8080 weight=3   # the large one
            \thttp://c3:8080 name=third weight=2\r
            """
        #expect(
            try Self.parse(text) == [
                ServiceEndpoint(address: "http://c1:8080"), ServiceEndpoint(address: "http://c2:8080", weight: 3),
                ServiceEndpoint(name: "third", address: "http://c3:8080", weight: 2),
            ])
    }

    @Test func `or a JSON list`() throws {
        let text = #" ["http://c1", {"url": "http://c2", "weight": 4, "name": "two"}]"#
        #expect(
            try Self.parse(text) == [
                ServiceEndpoint(address: "http://c1"), ServiceEndpoint(name: "two", address: "http://c2", weight: 4),
            ])
    }

    @Test(arguments: [
        ("", "list lists no endpoint"), ("# nothing\n", "list lists no endpoint"), ("[]", "list lists no endpoint"),
        ("http://c1 weight=0", "list:1: a weight is a number from 1 to 1000"),
        ("http://c1\nhttp://c2 weight=many", "list:2: a weight is a number from 1 to 1000"),
        ("http://c1 http://c2", "list:1: `http://c2` is neither `weight=N` nor `name=NAME`"),
        ("http://c1\nhttp://c1", "list lists `http://c1` more than once"),
        ("[1]", "list, $[0] is neither an address nor an object with `url`"),
        (#"[{"url": "http://c1", "wait": 1}]"#, "list, $[0]: unknown member `wait`"),
        (#"[{"url": "http://c1", "weight": 1.5}]"#, "list, $[0]: a weight is a number from 1 to 1000"),
        ("[\n\"http://c1\",,]", "list:2:13: "),
    ])
    func `what is wrong is told with its place`(_ text: String, _ message: String) {
        let error = #expect(throws: IntegrationError.self) { try Self.parse(text) }
        #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "-")")
    }

    @Test func `no list is longer than a thousand`() {
        let text = (0...1000).map { "http://c\($0)" }.joined(separator: "\n")
        #expect(throws: IntegrationError.self) { try Self.parse(text) }
    }

    @Test(arguments: 0..<200) func `bytes of any kind are read or refused`(_ seed: UInt64) {
        var random = RandomSource(seed: seed)
        let alphabet = Array("htp:/c1 \n#[]{}\"weight=name,\\\u{0}é9".utf8)
        var bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0
        }
        if seed % 2 == 0 { bytes.insert(UInt8(ascii: "["), at: 0) }
        do throws(IntegrationError) {
            let list = try EndpointList.parse(bytes, from: "list")
            #expect(!list.isEmpty && list.allSatisfy { !$0.address.isEmpty && !$0.name.isEmpty })
        } catch {
            #expect([.endpointsInvalid, .endpointsNotFound].contains(error.code))
        }
    }
}
