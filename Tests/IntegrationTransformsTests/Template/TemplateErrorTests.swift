import IntegrationCore
import IntegrationDocument
import IntegrationTransforms
import Testing

@Suite("Template errors")
struct TemplateErrorTests {
    @Test("A faulty path is shown with template, key, column and what to do")
    func golden() {
        #expect(
            failure { _ = try TemplateBench(#"{"customer":{"email":"$.customer email"}}"#) } == """
                Error: A JSONPath is not valid [IE2101]
                Cause: template `t`, key `customer.email`: expected `.`, `[` or the end of the path, found ` ` at column 11 \
                of `$.customer email`
                Solution: Correct the path at that column. A name with other characters than letters, digits and `_` is \
                quoted: `$['first name']`. A text that is meant to begin with a dollar sign begins with two: `$$100`.
                """)
    }

    @Test(
        "A mapping that can't be understood is refused",
        arguments: [
            (
                #"{"a":{"$pat":"$.b"}}"#,
                "`$pat` is not one of $path, $default, $as, $missing or $literal; a member of that name is `$$pat`"
            ),
            (#"{"a":{"$default":1}}"#, "`$default`, `$as` and `$missing` need a `$path` that begins with `$`"),
            (#"{"a":{"$path":"b"}}"#, "`$default`, `$as` and `$missing` need a `$path` that begins with `$`"),
            (#"{"a":{"$path":"$$.b"}}"#, "`$default`, `$as` and `$missing` need a `$path` that begins with `$`"),
            (#"{"a":{"$path":["$.b"]}}"#, "`$path` is a text"),
            (
                #"{"a":{"$path":"$.b","$as":"money"}}"#,
                "`$as` is one of string, number, integer, boolean, array, not `money`"
            ),
            (#"{"a":{"$path":"$.b","$missing":"skip"}}"#, "`$missing` is omit, null or error, not `skip`"),
            (#"{"a":{"$literal":1,"b":2}}"#, "`$literal` stands alone in its object"),
            (#"{"a":{"$path":"$.b","c":2}}"#, "`c` is not one of"),
            (#"{"a":{"$path":"$.b.{c: c}","$as":"string"}}"#, "`$as` has no effect on a projection"),
            (#"{"a":{"$$b":1,"$b":2}}"#, "`$$b` is not one of"),
            (#"{"a":"x {{ y }}"}"#, "`{{ … }}` is an expression, which this template's format does not have"),
            (#"{"a":"x {{\u0301 y }}"}"#, "`{{ … }}` is an expression, which this template's format does not have"),
            (#"{"a":"x {{ y"}"#, "`{{` is never closed by `}}`"),
        ])
    func refusals(_ mapping: String, _ message: String) {
        let error = failure { _ = try TemplateBench(mapping) }
        #expect(error.contains("[IE2102]"))
        #expect(error.contains("template `t`, key `a`: \(message)"), "\(error)")
    }

    @Test("A mapping that is nested too deeply is refused")
    func depth() {
        let mapping = String(repeating: "[", count: 80) + String(repeating: "]", count: 80)
        #expect(failure { _ = try TemplateBench(mapping) }.contains("nested more than 64 levels"))
    }

    @Test("A hostile message can't make a template work without end")
    func budget() throws {
        let template = try TemplateBench(#"{"a":{"b":"$..*..*..*"}}"#)
        let message = String(repeating: "[[1,2,3],", count: 100) + "0" + String(repeating: "]", count: 100)
        let error = failure { _ = try template.apply(message) }
        #expect(
            error.hasPrefix(
                """
                Error: A path takes too much work [IE2105]
                Cause: template `t`, key `a.b`: `$..*..*..*` takes more steps or selects more values than its budget allows
                """))
    }

    @Test("An output that copies a large value for many small ones is given up")
    func copies() throws {
        let big = "[" + Array(repeating: "1", count: 40000).joined(separator: ",") + "]"
        let items = "[" + Array(repeating: "{}", count: 2000).joined(separator: ",") + "]"
        let message = "{\"big\":\(big),\"items\":\(items)}"
        for mapping in [#"{"a":"$.items[*].{big: $.big}"}"#, #"{"a":"$.items[?@ != 1].{big: $.big}"}"#] {
            let template = try TemplateBench(mapping)
            #expect(failure { _ = try template.apply(message) }.contains("[IE2105]"))
        }
    }

    @Test("Every code of templates has words of its own")
    func codes() {
        let codes = ErrorCode.templateCodes
        #expect(Set(codes.map(\.id)).count == codes.count)
        #expect(codes.allSatisfy { $0.id.hasPrefix("IE21") && !$0.isRetryable && $0.remedy.hasSuffix(".") })
    }
}
