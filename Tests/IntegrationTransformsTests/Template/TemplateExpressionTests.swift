import IntegrationCore
import IntegrationDocument
import IntegrationTransforms
import Testing

@Suite("Expressions in templates")
struct TemplateExpressionTests {
    /// A language whose expressions are names of members; `!` before one doubles the text in a new document.
    private struct Names: TemplateExpressionCompiler {
        func compile(_ text: String, literals: Literals) throws(IntegrationError) -> any TemplateExpression {
            let name = String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            guard !name.isEmpty else { throw IntegrationError(.invalidTemplate, "an expression is never empty") }
            return Name(name: name)
        }
    }

    private struct Name: TemplateExpression {
        let name: String

        func evaluate(_ source: View, in arena: Arena, _: TemplateSurroundings?) throws(IntegrationError) -> View? {
            guard name.hasPrefix("!") else { return source[name] }
            guard let text = source[String(name.dropFirst())]?.string else {
                throw IntegrationError(.templateValueUnsuitable, "no text")
            }
            var builder = Builder(arena)
            let mark = builder.open()
            builder.append(string: text + text)
            builder.close(mark, .array, count: 1)
            return arena.view(builder.finish())
        }
    }

    private func map(_ mapping: String, _ message: String) throws -> String {
        try TemplateBench(mapping, expressions: Names()).apply(message)
    }

    @Test("Alone, an expression gives its value; nothing is left out")
    func values() throws {
        #expect(
            try map(
                #"{"a":"{{ x }}","b":"{{y}}","c":"{{ no }}","d":["{{ !t }}"]}"#,
                #"{"x":[1,{"z":2}],"y":10.10,"t":"ab"}"#)
                == #"{"a":[1,{"z":2}],"b":10.10,"d":[["abab"]]}"#)
    }

    @Test("Among other characters it gives its text; nothing and null leave no trace")
    func texts() throws {
        #expect(
            try map(
                #"{"a":"Order {{ id }} \"of\" {{ name }}: {{ ok }}{{ no }}{{ nil }}.","b":"$${{ id }}"}"#,
                #"{"id":10.10,"name":"A\"da","ok":true,"nil":null}"#)
                == #"{"a":"Order 10.10 \"of\" A\"da: true.","b":"$10.10"}"#)
        let error = failure { _ = try map(#"{"a":"x{{ list }}"}"#, #"{"list":[]}"#) }
        #expect(error.contains("template `t`, key `a`: `x{{ list }}` gives an array or an object, which does not fit"))
    }

    @Test("Braces and quotes inside an expression do not close it")
    func braces() throws {
        #expect(try map(#"{"a":"{{ {'{\"a\": {\"b\"'} }}"}"#, "{}") == "{}")
        #expect(
            failure { _ = try map(#"{"a":"{{ {\"a\": {\"b\": 1} }}"}"#, "{}") }.contains("`{{` is never closed by `}}`")
        )
        #expect(try map(#"{"a":"{{ '}}' }}"}"#, #"{"'}}'":1}"#) == #"{"a":1}"#)
    }

    @Test("What an expression or its compiler throws names template, key and expression")
    func errors() {
        let compiling = failure { _ = try map(#"{"a":{"b":"{{ }}"}}"#, "{}") }
        #expect(
            compiling.contains("template `t`, key `a.b`: `{{ }}` is not an expression: an expression is never empty"),
            "\(compiling)")
        let running = failure { _ = try map(#"{"a":{"b":"{{ !x }}"}}"#, "{}") }
        #expect(running.contains("template `t`, key `a.b`: `{{ !x }}` failed: no text"), "\(running)")
    }
}
