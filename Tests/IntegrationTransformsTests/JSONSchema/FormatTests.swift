import IntegrationTransforms
import Testing

@Suite("JSON Schema: formats")
struct FormatTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let format: String
        let good: [String]
        let bad: [String]
        var testDescription: String { format }
    }

    static let cases: [Case] = [
        Case(
            format: "date-time", good: ["2016-12-31T18:59:60-05:00", "2020-02-29t00:00:00.5z"],
            bad: ["2020-01-01T00:00:60Z", "2019-02-29T00:00:00Z", "2020-01-01 00:00:00Z", "2020-01-01T00:00:00"]),
        Case(format: "time", good: ["23:59:60Z", "08:30:06-08:00"], bad: ["24:00:00Z", "12:00:00", "01:02:03+24:00"]),
        Case(
            format: "duration", good: ["P1DT12H", "P2W", "PT0S", "P1Y2M3D"], bad: ["P", "PT", "P1Y2W", "P2D1Y", "P1YT"]),
        Case(
            format: "email", good: ["a@b.example", "\\\"a b\\\"@c.d", "a@[127.0.0.1]", "a@[IPv6:::1]"],
            bad: ["a", ".a@b", "a..b@c", "a@-b", "a@[300.0.0.1]"]),
        Case(
            format: "ipv6", good: ["::", "::1.2.3.4", "1:2:3:4:5:6:7::"], bad: ["1::2::3", ":1", "12345::", "::1.2.3"]),
        Case(
            format: "uri", good: ["urn:a:b", "http://[::1]:80/a?b#c", "mailto:a@b"],
            bad: ["/a", "http://a b", "http://[::1", "a:%4", "http://a:b/", "http://é.fr"]),
        Case(format: "uri-reference", good: ["", "/a", "a/b:c", "#x"], bad: ["1a:b", "\\\\a", "#a b"]),
        Case(format: "iri", good: ["http://é.fr/ü?ö"], bad: ["é", "http://a/<"]),
        Case(format: "uri-template", good: ["/a/{b:3}/{c*}{?d,e.f}"], bad: ["{", "{a", "{}", "}", "{a:0}", "{a b}"]),
        Case(format: "json-pointer", good: ["", "/a~0/~1", "/"], bad: ["a", "/~", "/~2", "#/a"]),
        Case(format: "relative-json-pointer", good: ["0", "1/a", "2#", "0-1#"], bad: ["-1", "01", "0##", "/a", ""]),
        Case(format: "idn-hostname", good: ["실례.테스트", "a。b", "faß.de"], bad: ["〮a", "a·b", "-é", "é-"]),
        Case(format: "hostname", good: ["a.b-c.d1", "xn--4gbwdl.xn--wgbh1c"], bad: ["", "a.", "a_b", "-a", "xn--X"]),
        Case(
            format: "uuid", good: ["00000000-0000-0000-0000-00000000000a"],
            bad: ["0000000-00000-0000-0000-00000000000a"]),
        Case(format: "nothing-known", good: ["anything"], bad: []),
    ]

    @Test("Formats are asserted where that is asked for, and only there", arguments: cases)
    func assertion(_ test: Case) throws {
        let schema = #"{"format":"\#(test.format)"}"#
        let options = SchemaOptions(formats: .assert)
        for text in test.good { #expect(try isValid(schema, "\"\(text)\"", options: options), "\(text)") }
        for text in test.bad {
            #expect(try !isValid(schema, "\"\(text)\"", options: options), "\(text)")
            #expect(try isValid(schema, "\"\(text)\""), "\(text)")
        }
        #expect(try isValid(schema, "1", options: options))
    }

    @Test("Contents are asserted where that is asked for, and only there")
    func contents() throws {
        let schema = #"{"contentEncoding":"base64","contentMediaType":"application/json"}"#
        let options = SchemaOptions(contents: .assert)
        #expect(try isValid(schema, #""eyJhIjoxfQ==""#, options: options))
        #expect(try violations(schema, #""ezp9""#, options: options).map(\.keyword) == ["contentMediaType"])
        #expect(try violations(schema, #""e%""#, options: options).map(\.keyword) == ["contentEncoding"])
        #expect(try isValid(schema, #""e%""#))
    }
}
