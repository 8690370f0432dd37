import Foundation
import IntegrationCore
import IntegrationDocument
import TestSupport
import Testing

@Suite("Trace context")
struct TraceContextTests {
    static let valid = "00-12345678901234567890123456789012-1234567890123456-01"

    private struct Case: Decodable {
        var value: String
        var valid: Bool
    }

    @Test(
        "The public suite's headers are read or refused as it says",
        .enabled(if: Suites.have("trace-context"), "\(Suites.absence("trace-context"))"))
    func suite() throws {
        let file = URL(fileURLWithPath: Suites.path("trace-context", "traceparent-parse.json"))
        let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: file))
        #expect(cases.count == 13)
        for item in cases {
            // The suite means version 00; later ones are read by the rules for them.
            let context = TraceContext(parent: item.value)
            #expect((context != nil && context?.version == 0) == item.valid, "\(item.value)")
        }
    }

    @Test("A header is written as it was read")
    func written() throws {
        let context = try #require(TraceContext(parent: Self.valid))
        #expect(context.parent == Self.valid)
        let child = context.child(0xABCD)
        #expect(child.parent == "00-12345678901234567890123456789012-000000000000abcd-01")
    }

    @Test(
        "Later versions are read by the first four fields",
        arguments: [
            ("cc-12345678901234567890123456789012-1234567890123456-01", true),
            ("cc-12345678901234567890123456789012-1234567890123456-01-what-the-future", true),
            ("cc-12345678901234567890123456789012-1234567890123456-01.what", false),
            ("00-12345678901234567890123456789012-1234567890123456-01-what", false),
            ("ff-12345678901234567890123456789012-1234567890123456-01", false),
        ])
    func versions(_ header: String, _ isRead: Bool) {
        #expect((TraceContext(parent: header) != nil) == isRead)
    }

    @Test(
        "What breaks the form is refused",
        arguments: [
            "", "00", "00-1234567890123456789012345678901X-1234567890123456-01",
            "00-12345678901234567890123456789012-1234567890123456-0",
            "00-12345678901234567890123456789012-1234567890123456-1X",
            "00-1234567890ABCDEF1234567890abcdef-1234567890123456-01",
            "00_12345678901234567890123456789012-1234567890123456-01",
            "00-00000000000000000000000000000000-1234567890123456-01",
            "00-12345678901234567890123456789012-0000000000000000-01",
        ])
    func broken(_ header: String) {
        #expect(TraceContext(parent: header) == nil)
    }

    @Test(
        "A tracestate that keeps the rules is kept, another one is left out",
        arguments: [
            (["foo=1,bar=2"], "foo=1,bar=2"), (["foo=1", "bar=2"], "foo=1,bar=2"),
            (["foo=1 \t , \t bar=2, \t baz=3"], "foo=1,bar=2,baz=3"), (["foo=1", ""], "foo=1"), ([""], nil),
            (["foo =1"], nil), (["FOO=1"], nil), (["foo.bar=1"], nil), (["foo@=1,bar=2"], nil), (["@foo=1,bar=2"], nil),
            (["foo@@bar=1,bar=2"], nil), (["foo@bar@baz=1,bar=2"], nil), (["foo=1,foo=2"], "foo=1,foo=2"),
            (["foo=bar=baz"], nil), (["foo=,bar=3"], nil), (["foo"], nil),
            ([String(repeating: "z", count: 256) + "=1"], String(repeating: "z", count: 256) + "=1"),
            ([String(repeating: "z", count: 257) + "=1"], nil),
            (
                [String(repeating: "t", count: 241) + "@" + String(repeating: "v", count: 14) + "=1"],
                String(repeating: "t", count: 241) + "@" + String(repeating: "v", count: 14) + "=1"
            ),
            ([String(repeating: "t", count: 242) + "@v=1"], nil),
            (["t@" + String(repeating: "v", count: 15) + "=1"], nil),
            (
                [(1...32).map { "bar\($0)=\($0)" }.joined(separator: ",")],
                (1...32).map { "bar\($0)=\($0)" }.joined(separator: ",")
            ),
            ([(1...33).map { "bar\($0)=\($0)" }.joined(separator: ",")], nil),
        ] as [([String], String?)])
    func state(_ headers: [String], _ kept: String?) {
        #expect(TraceContext(parent: Self.valid, state: headers)?.state == kept)
    }

    @Test("A message that came with none belongs to the trace that its id names, at every try")
    func fresh() {
        let id = MessageID(high: 0x0123_4567_89AB_CDEF, low: 0xFEDC_BA98_7654_3210)
        let message = Message(id: id, origin: 0, body: .empty)
        let arena = Arena()
        let first = message.traceContext(in: arena, random: 7)
        #expect(first.parent == "00-0123456789abcdeffedcba9876543210-0000000000000007-00")
        #expect(message.traceContext(in: arena, random: 8).traceID == first.traceID)
        #expect(TraceContext(of: MessageID(high: 0, low: 0), random: 0).parent.hasSuffix("1-0000000000000001-00"))
    }

    @Test("A message that came with one goes on in it")
    func inherited() throws {
        let arena = Arena()
        let text = "{\"traceparent\":\"\(Self.valid)\",\"tracestate\":\"foo=1\"}"
        let metadata = try arena.parse(
            Array(text.utf8).withUnsafeBufferPointer { arena.appendScratch($0) }, policy: .strict)
        let message = Message(id: MessageID(high: 1, low: 1), origin: 0, body: .empty, metadata: metadata)
        let context = message.traceContext(in: arena, random: 9)
        #expect(context.parent == Self.valid)
        #expect(context.state == "foo=1")
    }
}
