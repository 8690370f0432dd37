import IntegrationCore
import IntegrationDocument
import Testing

@testable import IntegrationTransforms

@Suite("Text with expressions")
struct TextTemplateTests {
    private func value(_ text: String, _ input: String = "{}") throws -> String? {
        let template = try TextTemplate.compile(text)
        let arena = Arena()
        var builder = Builder(arena)
        let written = try Document(input).withRoot { try template.evaluate($0, into: &builder) }
        guard written else { return nil }
        var out = OutputBuffer()
        out.append(arena.view(builder.finish()))
        return out.withBytes { String(decoding: $0, as: UTF8.self) }
    }

    @Test("A single expression gives its own value, other texts give strings")
    func values() throws {
        let input = #"{"id": 7, "list": [1, 2], "name": "a\"b"}"#
        #expect(try value("{{ id }}", input) == "7")
        #expect(try value("{{ list }}", input) == "[1,2]")
        #expect(try value("{{ none }}", input) == nil)
        #expect(try value("/c/{{ id }}/{{list[1]}}", input) == #""/c/7/2""#)
        #expect(try value("{{ name }}!", input) == #""a\"b!""#)
        #expect(try value("plain") == #""plain""#)
        #expect(try value("") == #""""#)
    }

    @Test("Braces in objects and strings don't end an expression")
    func braces() throws {
        #expect(try value(#"{{ {"a": {"b": 1}} }}"#) == #"{"a":{"b":1}}"#)
        #expect(try value(#"{{ {"a": {"b": 1}}}}"#) == #"{"a":{"b":1}}"#)
        #expect(try value(#"x{{ "}}" }}y"#) == #""x}}y""#)
        #expect(try value(#"{{ "{{" }} and {{ 1 }}"#) == #""{{ and 1""#)
    }

    @Test("A value that leaves a segment of a path empty or dotted is refused, others are encoded")
    func pathSegments() throws {
        func path(_ text: String, _ value: String) throws -> String {
            let template = try TextTemplate.compile(text)
            return try Document { builder in builder.append(string: value) }.withRoot { root in
                try template.string(root, encoding: .pathSegment)
            }
        }
        for text in ["/a/{{ $ }}", "/a/{{ $ }}/b", "{{ $ }}", "/{{ $ }}?x=1", "/{{ $ }}{{ $ }}"] {
            for value in ["", "."] {
                let error = #expect(throws: ExpressionError.self) { _ = try path(text, value) }
                #expect(error?.code == "U1007")
                #expect(error?.errorCode == .httpRequestInvalid)
            }
            #expect(throws: Never.self) { _ = try path(text, "...") }
        }
        #expect(try path("/a/{{ $ }}", "../b") == "/a/..%2Fb")
        #expect(try path("/v{{ $ }}?x={{ $ }}", "") == "/v?x=")
        #expect(try path("/../{{ $ }}", "a") == "/../a")
    }

    @Test("A part without a value is an error in a text, and says where")
    func missing() throws {
        for text in ["/c/{{ id }}", "/c/{{ none }}/x"] {
            let error = try #require(throws: ExpressionError.self) { try value(text, #"{"id": null}"#) }
            #expect(error.code == "U1005")
            #expect(error.errorCode == .templateWithoutValue)
            #expect(error.offset == 5)
        }
        #expect(try value(#"/c/{{ none ?? "-" }}"#) == #""/c/-""#)
    }

    @Test("Errors are placed in the whole text")
    func errors() throws {
        let open = try #require(throws: ExpressionError.self) { try TextTemplate.compile("a {{ b") }
        #expect(open.code == "U1006")
        #expect(open.offset == 2)
        let wrong = try #require(throws: ExpressionError.self) { try TextTemplate.compile("a {{ b + }} {{ c }}") }
        #expect(wrong.code == "S0207")
        #expect(wrong.expression == "a {{ b + }} {{ c }}")
        #expect(wrong.offset == 9)
        let late = try #require(throws: ExpressionError.self) { try value("x {{ 1 - id }}", #"{"id": "a"}"#) }
        #expect(late.code == "T2002")
        #expect(late.column == 8)
    }

    @Test("Values are encoded where they enter a URL")
    func encoding() throws {
        let template = try TextTemplate.compile("/c/{{ id }}?q=1")
        let text = try Document(#"{"id": "a/b c&ü~"}"#).withRoot { try template.string($0, encoding: .pathSegment) }
        #expect(text == "/c/a%2Fb%20c%26%C3%BC~?q=1")
        #expect(template.expressions.count == 1)
        #expect(try TextTemplate.compile("plain").isConstant)
    }
}
