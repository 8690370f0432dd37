import IntegrationCore
import IntegrationDocument
import IntegrationTransforms
import Testing

@Suite("JSON Schema: hostile documents and schemas")
struct HostileSchemaTests {
    private func nested(_ depth: Int, _ open: String, _ inner: String, _ close: String) -> String {
        String(repeating: open, count: depth) + inner + String(repeating: close, count: depth)
    }

    @Test("A document of 1,024 levels is validated against a schema that refers to itself")
    func deep() throws {
        let schema = ##"{"type":"object","properties":{"c":{"anyOf":[{"type":"null"},{"$ref":"#"}]}}}"##
        #expect(try isValid(schema, nested(1024, #"{"c":"#, "null", "}")))
        let found = try violations(schema, nested(1023, #"{"c":"#, "1", "}"))
        #expect(found.count == 1)
    }

    @Test("Schemas nested on every one of many levels are explained, or given up, without running out of stack")
    func deepSchemas() throws {
        func schema(_ nesting: Int) -> String {
            let inner = ##"{"properties":{"c":{"$ref":"#"}}}"##
            return #"{"type":"object","minProperties":0,"allOf":["#
                + nested(nesting, #"{"maxProperties":9,"allOf":["#, inner, "]}")
                + "]}"
        }
        let data = nested(1000, #"{"c":"#, "1", "}")
        #expect(try violations(schema(0), data).map(\.code) == [.schemaType])
        let deep = try violations(schema(2), data)
        #expect(deep.map(\.code) == [.schemaGivenUp])
        #expect(deep.allSatisfy { $0.message.hasSuffix(".c is not valid, but nested too deeply to tell why") })
        #expect(
            try violations(schema(8), data).map(\.message) == [
                "$ could not be validated: schemas and values are nested too deeply"
            ])
    }

    @Test("Alternatives that each recurse are given up, not tried exponentially often")
    func exponential() throws {
        let branch = { (name: String) in
            ##"{"required":["\##(name)"],"properties":{"c":{"$ref":"#"}}}"##
        }
        let schema = #"{"anyOf":["# + [branch("a"), branch("b")].joined(separator: ",") + #"]}"#
        let data = nested(100, #"{"a":1,"b":1,"c":"#, "{}", "}")
        let found = try violations(schema, data, options: SchemaOptions(maximumSteps: 10_000))
        #expect(found.map(\.code) == [.schemaGivenUp])
        #expect(found.map(\.message) == ["$ could not be validated: too many alternatives had to be tried"])
    }

    @Test("What is under not is never valid because its validation was given up")
    func givenUpUnderNot() throws {
        let schema =
            ##"{"not":{"$ref":"#/$defs/a"},"$defs":{"a":{"anyOf":[{"required":["a"],"properties":{"c":{"$ref":"#/$defs/a"}}},{"required":["b"],"properties":{"c":{"$ref":"#/$defs/a"}}}]}}}"##
        let data = nested(100, #"{"a":1,"b":1,"c":"#, "{}", "}")
        let found = try violations(schema, data, options: SchemaOptions(maximumSteps: 10_000))
        #expect(found.map(\.code) == [.schemaGivenUp])
    }

    @Test("Unevaluated members of nested alternatives are found without validating anything twice")
    func unevaluatedIsLinear() throws {
        let schema = ##"{"anyOf":[{"properties":{"c":{"$ref":"#"}}}],"unevaluatedProperties":false}"##
        let options = SchemaOptions(maximumSteps: 1000)
        #expect(try isValid(schema, nested(500, #"{"c":"#, "{}", "}"), options: options))
        #expect(try !isValid(schema, nested(500, #"{"c":"#, #"{"d":1}"#, "}"), options: options))
    }

    @Test("A pattern that backtracks without end is given up")
    func pattern() throws {
        let text = "\"" + String(repeating: "a", count: 40) + "!\""
        let found = try violations(#"{"pattern":"^(([a-z])+.)+[A-Z]([a-z])+$"}"#, text)
        #expect(found.allSatisfy { $0.code == .schemaGivenUp || $0.code == .schemaPattern })
        #expect(found.count == 1)
    }

    @Test("200,000 items are found to be unique in one pass")
    func manyItems() throws {
        let items = (0..<200_000).map { #"{"n":\#($0)}"# }
        let schema = try compiled(#"{"uniqueItems":true}"#)
        let array = try Document("[" + items.joined(separator: ",") + "]")
        #expect(array.withRoot { schema.isValid($0) })
        let repeated = try Document("[" + items.joined(separator: ",") + #",{"n":77.0}]"#)
        #expect(
            repeated.withRoot { schema.violations($0).map(\.message) } == [
                "$ must not have equal items, but items 77 and 200000 are equal"
            ])
    }

    @Test("Long numbers that share one double are told apart when they must be unique")
    func longNumbers() throws {
        let items = (0..<20).map { "1234567890123456789012345\(10 + $0)" }
        let schema = #"{"uniqueItems":true}"#
        #expect(try isValid(schema, "[" + items.joined(separator: ",") + "]"))
        #expect(try !isValid(schema, "[" + items.joined(separator: ",") + ",\(items[3])e0]"))
    }

    @Test("Objects with more than 64 required members are checked")
    func manyRequired() throws {
        let names = (0..<200).map { "\"member-with-a-long-name-\($0)\"" }
        let schema = #"{"required":["# + names.joined(separator: ",") + "]}"
        let all = names.map { "\($0):1" }
        #expect(try isValid(schema, "{" + all.joined(separator: ",") + "}"))
        let found = try violations(schema, "{" + all.dropLast().joined(separator: ",") + "}")
        #expect(found.map(\.location.path) == ["$['member-with-a-long-name-199']"])
    }
}
