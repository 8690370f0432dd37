import IntegrationCore
import Testing

@testable import IntegrationTransforms

/// What the schema of the input says about the paths of a text.
@Suite("Paths that a schema rules out")
struct SchemaPathTests {
    private static let order = """
        {"type": "object", "additionalProperties": false,
         "properties": {
           "id": {"type": "string"}, "total": {"type": "number"}, "free": {"type": "object"},
           "customer": {"$ref": "#/$defs/person"}, "tags": {"type": "array", "items": {"type": "string"}},
           "items": {"type": "array", "items": {
             "type": "object", "additionalProperties": false,
             "properties": {"sku": {"type": "string"}, "price": {"type": "number"}}}},
           "pair": {"type": "array", "minItems": 2, "items": {"type": "object"}}},
         "$defs": {"person": {
           "allOf": [{"type": "object", "properties": {"name": {"type": "string"}}}], "unevaluatedProperties": false}}}
        """

    private func mistakes(
        _ text: String, _ language: LanguageChecks.Language = .expression, _ schema: String = order
    ) -> [String] {
        let check = LanguageChecks.standard.paths
        let outline = BodyOutline(.schema("order"), schema: Array(schema.utf8))
        return (check?(text, language, outline) ?? []).map {
            "\($0.offset.map { "\($0): " } ?? "")\($0.message)"
        }
    }

    @Test(
        "A path that certainly leads nowhere is found, with the name that was meant",
        arguments: [
            ("totl > 1", "0: no message that the schema accepts has `totl` here; did you mean `total`?"),
            ("$sum(items.pric)", "11: no message that the schema accepts has `pric` here; did you mean `price`?"),
            ("customer.nme", "9: no message that the schema accepts has `nme` here; did you mean `name`?"),
            ("items[prise > 1].sku", "6: no message that the schema accepts has `prise` here; did you mean `price`?"),
            ("items.{\"a\": skuu}", "12: no message that the schema accepts has `skuu` here; did you mean `sku`?"),
            ("$map(items, function($i) { gone })", "27: no message that the schema accepts has `gone` here"),
            ("id.length", "3: no message that the schema accepts has `length` here"),
            ("$$.items^(cost).sku", "10: no message that the schema accepts has `cost` here"),
            ("items.($$.nope)", "10: no message that the schema accepts has `nope` here"),
        ])
    func absent(_ text: String, _ expected: String) {
        #expect(mistakes(text) == [expected])
    }

    @Test(
        "Nothing is said of what may be there, or of what is not known",
        arguments: [
            "total", "items.sku", "items[0].price", "customer.name", "free.anything.below", "$exists(gone)",
            "gone ?? 5",
            "gone ?: 5", "$f(id).x", "*.x", "**.x", "$lookup($, \"x\")", "$x.gone", "items@$i.gone", "items#$n.gone",
            "items.%.gone", "{\"gone\": 1}.gone", "$merge(items).gone", "($ ~> |items|{\"a\": gone}|).x", "\"gone\"",
        ])
    func possible(_ text: String) {
        #expect(mistakes(text) == [])
    }

    @Test(
        "Where a schema leaves a door open nothing is ruled out",
        arguments: [
            ##"{"type": "object", "properties": {"a": {}}}"##,
            ##"{"additionalProperties": false, "properties": {"a": {}}}"##,
            ##"{"type": "object", "additionalProperties": false, "patternProperties": {"^x": {}}}"##,
            ##"{"type": "object", "additionalProperties": {"type": "string"}}"##,
            ##"{"type": "object", "unevaluatedProperties": false, "anyOf": [{"properties": {"x": {}}}]}"##,
            ##"{"type": "object", "unevaluatedProperties": false, "$ref": "other.json"}"##,
            ##"{"type": "object", "unevaluatedProperties": false, "allOf": [{"$dynamicRef": "#a"}]}"##,
            ##"""
            {"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "additionalProperties": false,
             "$ref": "#/definitions/d", "definitions": {"d": {"type": "object"}}}
            """##,
            ##"{"type": "array"}"##, "true", "false", "{}", "5", "nonsense",
            ##"""
            {"$id": "a", "type": "object", "allOf": [{"$ref": "#/$defs/b"}], "unevaluatedProperties": false,
             "$defs": {"b": {"$id": "b"}}}
            """##,
        ])
    func open(_ schema: String) {
        #expect(mistakes("x", .expression, schema) == [])
    }

    @Test("Schemas that lead in circles end")
    func circles() {
        let circle = ##"{"$ref": "#/$defs/a", "$defs": {"a": {"allOf": [{"$ref": "#/$defs/a"}]}}}"##
        #expect(mistakes("x.y.z", .expression, circle) == [])
    }

    @Test(
        "A member that would be an array or its only element is found, and `[]` suggested",
        arguments: [
            ("{\"lines\": items.{\"s\": sku}}", 10), ("{\"skus\": items.sku}", 9),
            ("{\"a\": {\"b\": items.price}}", 12),
        ])
    func collapsing(_ text: String, _ offset: Int) {
        #expect(
            mistakes(text)
                == ["\(offset): `items` is an array, but where it has one element the path gives that element alone"])
    }

    @Test(
        "What keeps an array, or means one value, is right",
        arguments: [
            "{\"a\": items[].sku}", "{\"a\": items.sku[]}", "{\"a\": [items.sku]}", "{\"a\": items[0].sku}",
            "{\"a\": items[price > 1].sku}", "{\"a\": $sum(items.price)}", "{\"a\": tags}", "{\"a\": customer.name}",
            "{\"a\": pair.x}", "items.sku", "items{sku: price}",
        ])
    func keeping(_ text: String) {
        #expect(mistakes(text) == [])
    }

    @Test(
        "Without a schema, what stands elsewhere as an array shows that it is one",
        arguments: [
            ("{\"lines\": things.{\"s\": sku}, \"n\": $count(things)}", true),
            ("{\"lines\": things.{\"s\": sku}, \"n\": $sum(things.price)}", false),
            ("{\"lines\": things.sku}", false), ("{\"lines\": things[].sku, \"n\": $count(things)}", false),
        ])
    func evidence(_ text: String, _ isFound: Bool) throws {
        let found = try Expression.compile(text).check()
        #expect(found.map(\.severity) == (isFound ? [.warning] : []))
        #expect(found.allSatisfy { $0.help == "write `things[]`, or `[ … ]` around the path, to keep an array" })
    }

    @Test(
        "Paths of mappings, projections and expressions in texts are followed too",
        arguments: [
            ("$.totl", ["no message that the schema accepts has `totl` here; did you mean `total`?"]),
            ("$.items[*].pric", ["no message that the schema accepts has `pric` here; did you mean `price`?"]),
            ("$.items.sku", ["no message that the schema accepts has `sku` here"]),
            ("$.items[*].{s: skuu}", ["no message that the schema accepts has `skuu` here; did you mean `sku`?"]),
            ("$.items[*].{s: $.idd}", ["no message that the schema accepts has `idd` here; did you mean `id`?"]),
            ("no. {{ idd }}", ["7: no message that the schema accepts has `idd` here; did you mean `id`?"]),
            ("$.items[*].{s: sku}", []), ("$..gone", []), ("$.free.x", []), ("$.items[?@.gone].sku", []),
            ("$$.gone", []),
            ("$['total','gone']", []),
        ])
    func mappings(_ text: String, _ expected: [String]) {
        #expect(mistakes(text, .mapping) == expected)
    }
}
