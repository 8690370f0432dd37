import IntegrationDocument
import IntegrationTransforms
import Testing

@Suite("JSON Schema: drafts")
struct DialectTests {
    @Test(
        "Each draft reads its keywords as it should",
        arguments: [
            // Draft 4: bounds are modified by booleans, 1.0 is no integer, const means nothing.
            (4, #"{"minimum":1,"exclusiveMinimum":true}"#, "1", false), (4, #"{"type":"integer"}"#, "1.0", false),
            (4, #"{"const":1}"#, "2", true), (4, #"{"items":[{}],"additionalItems":false}"#, "[1,2]", false),
            (4, ##"{"id":"http://e.x/","definitions":{"a":{"id":"#a","type":"null"}},"$ref":"#a"}"##, "1", false),
            (4, #"{"additionalProperties":false}"#, #"{"a":1}"#, false),
            // Draft 6: const, contains, propertyNames; if means nothing.
            (6, #"{"const":1}"#, "2", false), (6, #"{"type":"integer"}"#, "1.0", true),
            (6, #"{"contains":{"type":"null"}}"#, "[1]", false), (6, #"{"if":true,"then":false}"#, "1", true),
            (6, #"{"propertyNames":false}"#, #"{"a":1}"#, false), (6, "false", "1", false),
            // Draft 7: if; neighbours of $ref mean nothing.
            (7, #"{"if":true,"then":false}"#, "1", false),
            (7, ##"{"$ref":"#/definitions/a","minimum":5,"definitions":{"a":{"type":"number"}}}"##, "1", true),
            (7, #"{"unevaluatedProperties":false}"#, #"{"a":1}"#, true),
            // 2019-09: $recursiveRef, dependentSchemas, lists under items, anchors.
            (
                2019, ##"{"$recursiveAnchor":true,"properties":{"a":{"$recursiveRef":"#"}},"type":"object"}"##,
                #"{"a":1}"#, false
            ),
            (2019, #"{"items":[true],"unevaluatedItems":false}"#, "[1,2]", false),
            (2019, ##"{"$defs":{"a":{"$anchor":"a","type":"null"}},"$ref":"#a"}"##, "1", false),
            (2019, #"{"dependentRequired":{"a":["b"]}}"#, #"{"a":1}"#, false),
            (2019, #"{"prefixItems":[false]}"#, "[1]", true),
            // 2020-12: prefixItems; items is never a list.
            (2020, #"{"prefixItems":[{"type":"null"}],"items":false}"#, "[null]", true),
            (
                2020, ##"{"$dynamicAnchor":"n","properties":{"a":{"$dynamicRef":"#n"}},"type":"object"}"##, #"{"a":1}"#,
                false
            ),
        ])
    func keywords(_ draft: Int, _ schema: String, _ data: String, _ expected: Bool) throws {
        let dialects: [Int: SchemaDialect] = [4: .draft4, 6: .draft6, 7: .draft7, 2019: .draft2019, 2020: .draft2020]
        let dialect = try #require(dialects[draft])
        let options = SchemaOptions(defaultDialect: dialect)
        #expect(try isValid(schema, data, options: options) == expected)
    }

    @Test("Every metaschema is valid against itself", arguments: SchemaDialect.all)
    func metaschemas(_ dialect: SchemaDialect) throws {
        var seen = SchemaRegistry()
        seen.add(try Document("true"), uri: "urn:unused")
        let schema = try compiled(#"{"$ref":"\#(dialect.metaschema)"}"#, registry: seen)
        let good = try Document(#"{"type":"object","properties":{"a":{"minLength":1}}}"#)
        let bad = try Document(#"{"properties":{"a":{"minLength":-1}}}"#)
        #expect(good.withRoot { schema.isValid($0) })
        #expect(bad.withRoot { schema.violations($0).map(\.location.pointer) } == ["/properties/a/minLength"])
    }

    @Test("A recursive reference leads to the outermost schema that allows it")
    func recursion() throws {
        var registry = SchemaRegistry()
        let tree =
            ##"{"$schema":"https://json-schema.org/draft/2019-09/schema","$id":"http://e.x/tree","$recursiveAnchor":true,"properties":{"next":{"$recursiveRef":"#"}}}"##
        registry.add(try Document(tree), uri: "http://e.x/tree")
        let strict =
            #"{"$schema":"https://json-schema.org/draft/2019-09/schema","$id":"http://e.x/strict","$recursiveAnchor":true,"$ref":"tree","unevaluatedProperties":false}"#
        let schema = try compiled(strict, registry: registry)
        #expect(try Document(#"{"next":{"next":{}}}"#).withRoot { schema.isValid($0) })
        #expect(try !Document(#"{"next":{"other":{}}}"#).withRoot { schema.isValid($0) })
    }

    @Test("A schema in the registry is found by its own identifier too")
    func identifiers() throws {
        var registry = SchemaRegistry()
        registry.add(try Document(#"{"$id":"http://e.x/own","type":"null"}"#), uri: "file:///some/place.json")
        for uri in ["http://e.x/own", "file:///some/place.json"] {
            let schema = try compiled(#"{"$ref":"\#(uri)"}"#, registry: registry)
            #expect(try Document("null").withRoot { schema.isValid($0) })
            #expect(try !Document("1").withRoot { schema.isValid($0) })
        }
    }

    @Test("Escaped names and strings are read by their characters")
    func escapes() throws {
        let schema =
            #"{"properties":{"café":{"pattern":"^é$","minLength":1,"maxLength":1}},"required":["café"],"additionalProperties":false}"#
        #expect(try isValid(schema, #"{"caf\u00e9":"\u00e9"}"#))
        #expect(try !isValid(schema, #"{"caf\u00e9":"e\u0301"}"#))
        #expect(try isValid(#"{"enum":["a\nb"]}"#, #""a\u000ab""#))
    }
}
