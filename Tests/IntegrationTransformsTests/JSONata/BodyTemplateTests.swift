import ConnectorTestSupport
import IntegrationCore
import IntegrationDocument
import Testing

@testable import IntegrationTransforms

@Suite("Generated bodies")
struct BodyTemplateTests {
    private func write(
        _ body: ConfigurationNode, _ facts: [(name: String, fact: BodyTemplate.Fact)] = []
    ) throws -> String {
        var out = OutputBuffer()
        try BodyTemplate(body).write(facts, in: .quiet(clock: ScriptedClock(wallTime: .seconds(86_400))), to: &out)
        return out.withBytes { String(decoding: $0, as: UTF8.self) }
    }

    @Test("Texts in JSON are filled in, a single expression with its own value; the rest stands as it is")
    func json() throws {
        let body: ConfigurationNode = [
            "n": "{{ $meta.sequence }}", "text": "no. {{ $meta.sequence }} \"of\" {{ $meta.id }}",
            "{{ key }}": .plain("1.50"),
            "list": ["{{ [1, $meta.sequence] }}", [], [:], nil, "$.plain"], "at": "{{ $meta.scheduled }}",
            "now": "{{ $now() }}",
        ]
        #expect(
            try write(
                body, [("sequence", .number(7)), ("id", .text("a\"b")), ("scheduled", .time(.milliseconds(1500)))])
                == #"{"n":7,"text":"no. 7 \"of\" a\"b","{{ key }}":1.50,"list":[[1,7],[],{},null,"$.plain"],"#
                + #""at":"1970-01-01T00:00:01.500Z","now":"1970-01-02T00:00:00.000Z"}"#)
    }

    @Test("A text as a whole is written as it is, not as a JSON string")
    func text() throws {
        #expect(try write("a \"{{ 1 + 1 }}\"\n") == "a \"2\"\n")
        #expect(try write("{{ {\"a\": 1} }}") == #"{"a":1}"#)
        #expect(try write("{{ \"x\" }}") == "x")
    }

    @Test("An expression without a value is an error, and a broken one is found before anything is made")
    func mistakes() {
        let missing = #expect(throws: IntegrationError.self) { try write(["n": "{{ $meta.none }}"]) }
        #expect(missing?.code == .templateWithoutValue)
        let broken = #expect(throws: IntegrationError.self) { try BodyTemplate(["n": ["{{ 1 + }}"]]) }
        #expect(broken?.code == .expressionInvalid)
    }

    @Test(
        "$uuid() is a random UUID of version 4",
        arguments: [
            (UInt64.max, "\"ffffffff-ffff-4fff-bfff-ffffffffffff\""), (0, "\"00000000-0000-4000-8000-000000000000\""),
            (0x0123_4567_89AB_CDEF, "\"01234567-89ab-4def-8123-456789abcdef\""),
        ])
    func uuid(bits: UInt64, expected: String) throws {
        let arena = Arena()
        var builder = Builder(arena)
        var host = ExpressionHost.system
        host.randomBits = { bits }
        #expect(try Expression.compile("$uuid()").evaluate(nil, host: host, into: &builder))
        var out = OutputBuffer()
        out.append(arena.view(builder.finish()))
        #expect(out.withBytes { String(decoding: $0, as: UTF8.self) } == expected)
    }
}
