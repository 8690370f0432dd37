import IntegrationCore
import IntegrationDocument
import IntegrationTransforms
import Testing

@Suite("JSON Schema: schemas that can't be used")
struct SchemaErrorTests {
    @Test(
        "A bad schema is refused with the place and the reason",
        arguments: [
            (
                #"{"properties":{"id":{"type":"strnig"}}}"#,
                "#/properties/id/type: \"strnig\" is no type: it must be null, boolean, object, array, number, integer "
                    + "or string [IE2230]"
            ),
            (#"{"minLength":-1}"#, "#/minLength: minLength must be a whole number that is not negative [IE2230]"),
            (#"{"multipleOf":0}"#, "#/multipleOf: multipleOf must be greater than 0 [IE2230]"),
            (#"{"allOf":[]}"#, "#/allOf: allOf must be a list of at least one schema [IE2230]"),
            (#"{"items":3}"#, "#/items: a schema must be an object, true or false [IE2230]"),
            ("3", "#: a schema must be an object, true or false [IE2230]"),
            (#"{"pattern":"(a"}"#, "#/pattern: the pattern (a can't be used: missing closing parenthesis [IE2232]"),
            (
                #"{"patternProperties":{"\\Z":true}}"#,
                "#/patternProperties/\\Z: the pattern \\Z can't be used: \\Z at character 1 is no escape of ECMA-262 "
                    + "[IE2232]"
            ),
            (##"{"$ref":"#/$defs/a"}"##, "#/$ref: #/$defs/a leads to a place that does not exist [IE2231]"),
            (##"{"$ref":"#a"}"##, "#/$ref: #a leads to the anchor a, which does not exist [IE2231]"),
            (
                #"{"$ref":"http://example.com/x.json#/a"}"#,
                "#/$ref: http://example.com/x.json#/a leads to the schema http://example.com/x.json, which is not "
                    + "declared [IE2231]"
            ),
            (
                ##"{"allOf":[{"$ref":"#/$defs/b"}],"$defs":{"b":{"anyOf":[{"$ref":"#"}]}}}"##,
                "#: the schema refers to itself for the same value: # → #/allOf/0 → #/$defs/b → #/$defs/b/anyOf/0 → # "
                    + "[IE2233]"
            ),
            (##"{"$ref":"#"}"##, "#: the schema refers to itself for the same value: # → # [IE2233]"),
            (
                #"{"$schema":"http://example.com/mine"}"#,
                "#/$schema: $schema names http://example.com/mine, which is neither a known draft nor declared [IE2235]"
            ),
            (
                #"{"$defs":{"unused":{"type":"strnig"}}}"#,
                "#/$defs/unused/type: the value matches none of 2 alternatives; the closest fails because it "
                    + "must be one of \"array\", \"boolean\", \"integer\", \"null\", \"number\", \"object\" or "
                    + "\"string\", but is \"strnig\" [IE2234]"
            ),
            (
                #"{"$schema":"http://json-schema.org/draft-07/schema#","required":["a","a"]}"#,
                "#/required: the value must not have equal items, but items 0 and 1 are equal [IE2234]"
            ),
        ])
    func refused(_ schema: String, _ expected: String) throws {
        let error = try #require(throws: SchemaError.self) { try compiled(schema) }
        #expect(error.description == expected)
    }

    @Test("Several mistakes are told at once")
    func several() throws {
        let error = try #require(throws: SchemaError.self) {
            try compiled(#"{"minimum":"1","properties":{"a":{"type":5},"b":{"required":"c"}}}"#)
        }
        #expect(Set(error.problems.map(\.location)) == ["#/minimum", "#/properties/a/type", "#/properties/b/required"])
    }

    @Test("A mistake in a schema that is referred to is told with its address")
    func elsewhere() throws {
        var registry = SchemaRegistry()
        registry.add(try Document(#"{"$defs":{"a":{"pattern":"["}}}"#), uri: "http://example.com/b.json")
        let error = try #require(throws: SchemaError.self) {
            try compiled(##"{"$ref":"http://example.com/b.json#/$defs/a"}"##, registry: registry)
        }
        #expect(error.problems.map(\.location) == ["http://example.com/b.json#/$defs/a/pattern"])
    }

    @Test("A schema of more nodes than the limit is refused")
    func tooLarge() throws {
        let options = SchemaOptions(maximumNodes: 3)
        let error = try #require(throws: SchemaError.self) {
            try compiled(#"{"allOf":[{"minimum":1},{"minimum":2},{"minimum":3},{"minimum":4}]}"#, options: options)
        }
        #expect(error.problems.map(\.code) == [.schemaTooLarge])
    }

    @Test("A metaschema that requires an unknown vocabulary is refused")
    func vocabulary() throws {
        var registry = SchemaRegistry()
        let metaschema = #"{"$schema":"https://json-schema.org/draft/2020-12/schema","$vocabulary":{"urn:mine":true}}"#
        registry.add(try Document(metaschema), uri: "http://example.com/meta")
        let error = try #require(throws: SchemaError.self) {
            try compiled(#"{"$schema":"http://example.com/meta"}"#, registry: registry)
        }
        #expect(error.problems.map(\.code) == [.schemaDialect])
    }
}
