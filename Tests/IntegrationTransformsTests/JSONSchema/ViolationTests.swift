import IntegrationCore
import IntegrationDocument
import IntegrationTransforms
import Testing

@Suite("JSON Schema: what violations say")
struct ViolationTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let schema: String
        let data: String
        let code: String
        let path: String
        let place: String
        let message: String
        var testDescription: String { message }

        init(_ schema: String, _ data: String, _ code: String, _ path: String, _ place: String, _ message: String) {
            self.schema = schema
            self.data = data
            self.code = code
            self.path = path
            self.place = place
            self.message = message
        }
    }

    static let order = #"{"properties":{"items":{"items":{"properties":{"quantity":{"type":"integer","minimum":1}}}}}}"#

    static let cases: [Case] = [
        Case(
            order, #"{"items":[{"quantity":-1}]}"#, "IE2204", "$.items[0].quantity",
            "#/properties/items/items/properties/quantity/minimum",
            "$.items[0].quantity must be at least 1, but is -1"),
        Case(#"{"required":["id"]}"#, "{}", "IE2201", "$.id", "#/required", "$.id is required but missing"),
        Case(
            #"{"required":["first name"]}"#, "{}", "IE2201", "$['first name']", "#/required",
            "$['first name'] is required but missing"),
        Case(#"{"type":"string"}"#, "1", "IE2202", "$", "#/type", "$ must be a string, but is 1"),
        Case(
            #"{"type":["integer","null"]}"#, #""a""#, "IE2202", "$", "#/type",
            #"$ must be an integer or null, but is "a""#),
        Case(
            #"{"type":["object","array","boolean"]}"#, "[1.5]".replacing("[1.5]", with: "1.5"), "IE2202", "$", "#/type",
            "$ must be an object, an array or true or false, but is 1.5"),
        Case(
            #"{"type":"number"}"#, #"{"a":1}"#, "IE2202", "$", "#/type",
            "$ must be a number, but is an object of 1 member"),
        Case(
            #"{"enum":["new","paid",3]}"#, #""old""#, "IE2203", "$", "#/enum",
            #"$ must be one of "new", "paid" or 3, but is "old""#),
        Case(
            #"{"const":{"a":[]}}"#, "[]", "IE2203", "$", "#/const",
            "$ must be an object of 1 member, but is an empty array"),
        Case(
            #"{"exclusiveMinimum":0}"#, "0.0", "IE2204", "$", "#/exclusiveMinimum",
            "$ must be greater than 0, but is 0.0"),
        Case(#"{"maximum":1e2}"#, "100.5", "IE2204", "$", "#/maximum", "$ must be at most 1e2, but is 100.5"),
        Case(#"{"exclusiveMaximum":5}"#, "5", "IE2204", "$", "#/exclusiveMaximum", "$ must be less than 5, but is 5"),
        Case(
            #"{"multipleOf":0.01}"#, "1.005", "IE2205", "$", "#/multipleOf",
            "$ must be a multiple of 0.01, but is 1.005"),
        Case(
            #"{"minLength":2}"#, #""é""#, "IE2206", "$", "#/minLength", "$ must have at least 2 characters, but has 1"),
        Case(
            #"{"maxLength":1}"#, #""a\u00e9""#, "IE2206", "$", "#/maxLength",
            "$ must have at most 1 character, but has 2"),
        Case(
            #"{"pattern":"^ORD-[0-9]{8}$"}"#, #""ORD-1""#, "IE2207", "$", "#/pattern",
            #"$ must match the pattern ^ORD-[0-9]{8}$, but is "ORD-1""#),
        Case(#"{"minItems":1}"#, "[]", "IE2209", "$", "#/minItems", "$ must have at least 1 item, but has 0"),
        Case(#"{"maxItems":1}"#, "[1,2]", "IE2209", "$", "#/maxItems", "$ must have at most 1 item, but has 2"),
        Case(
            #"{"uniqueItems":true}"#, #"[{"a":1,"b":2},3,{"b":2.0,"a":1}]"#, "IE2210", "$", "#/uniqueItems",
            "$ must not have equal items, but items 0 and 2 are equal"),
        Case(
            #"{"contains":{"type":"string"}}"#, "[1]", "IE2211", "$", "#/contains",
            "$ must contain an item of the form under contains, but has none"),
        Case(
            #"{"contains":{"type":"string"},"minContains":2}"#, #"["a"]"#, "IE2211", "$", "#/minContains",
            "$ must contain at least 2 items of the form under contains, but has 1"),
        Case(
            #"{"minProperties":2}"#, #"{"a":1}"#, "IE2212", "$", "#/minProperties",
            "$ must have at least 2 members, but has 1"),
        Case(
            #"{"properties":{"a":true},"additionalProperties":false}"#, #"{"a":1,"b":2}"#, "IE2213", "$.b",
            "#/additionalProperties", "$.b is not an allowed member"),
        Case(
            #"{"prefixItems":[true],"items":false}"#, "[1,2]", "IE2213", "$[1]", "#/items",
            "$[1] is not allowed: the array may have 1 item only"),
        Case(
            #"{"properties":{"a/b":false}}"#, #"{"a/b":1}"#, "IE2213", "$['a/b']", "#/properties/a~1b",
            "$['a/b'] is not allowed here"),
        Case(
            #"{"allOf":[{"properties":{"a":true}}],"unevaluatedProperties":false}"#, #"{"a":1,"b":2}"#, "IE2213", "$.b",
            "#/unevaluatedProperties", "$.b is not allowed: no part of the schema describes it"),
        Case(
            #"{"propertyNames":{"maxLength":2}}"#, #"{"abc":1}"#, "IE2214", "$.abc", "#/propertyNames",
            #"$.abc has a name that is not allowed: the name "abc" must have at most 2 characters, but has 3"#),
        Case(
            #"{"dependentRequired":{"card":["billing"]}}"#, #"{"card":1}"#, "IE2215", "$.billing",
            "#/dependentRequired",
            "$.billing is required because $.card is there, but missing"),
        Case(
            #"{"anyOf":[{"type":"string"},{"required":["iban"]}]}"#, "{}", "IE2216", "$", "#/anyOf",
            "$ matches none of 2 alternatives; the closest fails because $.iban is required but missing"),
        Case(
            #"{"oneOf":[{"minimum":1},{"maximum":5}]}"#, "3", "IE2216", "$", "#/oneOf",
            "$ must be valid against only one of 2 alternatives, but is against 1 and 2"),
        Case(#"{"not":{"type":"null"}}"#, "null", "IE2217", "$", "#/not", "$ is of a form that is excluded"),
        Case(
            #"{"if":{"required":["a"]},"then":{"required":["b"]}}"#, #"{"a":1}"#, "IE2201", "$.b", "#/then/required",
            "$.b is required but missing"),
        Case(
            ##"{"$ref":"#/$defs/id","$defs":{"id":{"minLength":1}}}"##, #""""#, "IE2206", "$", "#/$defs/id/minLength",
            "$ must have at least 1 character, but has 0"),
    ]

    @Test("Each keyword has its code, its places and its sentence", arguments: cases)
    func sentence(_ test: Case) throws {
        let found = try violations(test.schema, test.data)
        #expect(found.count == 1)
        let first = try #require(found.first)
        #expect(first.code.id == test.code)
        #expect(first.location.path == test.path)
        #expect(first.schemaLocation == test.place)
        #expect(first.message == test.message)
    }

    @Test("A location is told as JSON Pointer, as normalised path and in short")
    func locations() throws {
        let schema = #"{"additionalProperties":{"items":{"required":["it's"]}}}"#
        let first = try #require(try violations(schema, #"{"a~/b":[1,{}]}"#).first)
        #expect(first.location.pointer == "/a~0~1b/1/it's")
        #expect(first.location.normalizedPath == #"$['a~/b'][1]['it\'s']"#)
        #expect(first.location.path == #"$['a~/b'][1]['it\'s']"#)
        let plain = InstanceLocation([.member("items"), .item(0), .member("quantity")])
        #expect(plain.path == "$.items[0].quantity")
        #expect(plain.normalizedPath == "$['items'][0]['quantity']")
        #expect(first.error.path == first.location.path)
        #expect(first.error.code == .schemaRequired)
    }

    @Test("All violations are found in one pass, up to the limit")
    func several() throws {
        let schema = #"{"properties":{"a":{"minimum":0},"b":{"type":"string"}},"required":["c","d"]}"#
        let data = #"{"b":1,"a":-1}"#
        #expect(try violations(schema, data).map(\.location.path) == ["$.b", "$.a", "$.c", "$.d"])
        #expect(try violations(schema, data, limit: 2).map(\.location.path) == ["$.b", "$.a"])
        #expect(try violations(schema, #"{"c":1,"d":2}"#).isEmpty)
    }

    @Test("Formats are told with the word for them")
    func format() throws {
        let options = SchemaOptions(formats: .assert)
        let found = try violations(#"{"format":"date"}"#, #""2026-02-30""#, options: options)
        #expect(found.map(\.message) == [#"$ must be a date such as 2026-01-31 (date), but is "2026-02-30""#])
        #expect(found.map(\.code) == [.schemaFormat])
    }

    @Test("Long and wild values are shown so that they do no harm to a log")
    func wildValues() throws {
        let long = String(repeating: "x", count: 100)
        #expect(
            try violations(#"{"type":"null"}"#, "\"\(long)\"").map(\.message) == [
                "$ must be null, but is a string of 100 characters"
            ])
        #expect(
            try violations(#"{"type":"null"}"#, #""a\u001b[31m""#).map(\.message) == [
                #"$ must be null, but is "a\u001b[31m""#
            ])
    }
}
