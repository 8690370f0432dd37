import IntegrationCore
import Testing

@testable import IntegrationTransforms

/// What the check knows of messages behind steps that change them.
@Suite("Paths that a step rules out")
struct StepOutlineTests {
    private static let order = BodyOutline(
        .schema("order"),
        schema: Array(
            """
            {"type": "object", "additionalProperties": false, "properties": {
              "id": {"type": "string"}, "note": {"type": ["string", "array"]},
              "customer": {"type": "object", "additionalProperties": false, "properties": {"name": {}}},
              "items": {"type": "array", "items": {
                "type": "object", "additionalProperties": false, "properties": {"sku": {"type": "string"}}}}}}
            """.utf8))

    /// What is known behind a step of this configuration.
    private func outline(
        _ type: String, _ configuration: ConfigurationNode, before: BodyOutline? = order
    ) throws -> BodyOutline? {
        var catalog = Catalog()
        catalog.registerSteps()
        let description = try #require(catalog[.step, type])
        var context = DecodingContext(catalog: catalog)
        let fields = try #require(description.table.decode(configuration, &context), "\(context.diagnostics)")
        guard case .computed(let outcome) = description.outcome else { return nil }
        return outcome(
            StepOutlineInput(name: type, fields: fields, before: before) { name in
                name == "slim" ? ["id": "$.id"] : nil
            })
    }

    /// The paths that can't be there.
    private func ruledOut(_ paths: [String], _ outline: BodyOutline?) throws -> [String] {
        let check = try #require(LanguageChecks.standard.paths)
        guard let outline else { return [] }
        return paths.filter { !check($0, .expression, outline).isEmpty }
    }

    @Test("The members that a mapping writes out are all there are; what it computes may be anything")
    func mapping() throws {
        let made = try outline(
            "transform",
            [
                "mapping": [
                    "id": "$.orderId", "who": ["name": "$.n", "$$id": 5],
                    "lines": "$.items[*].{sku: sku, in: a.{b: c}}",
                    "first": "$.items[0].{sku: sku, kind: 'x'}", "text": "no. {{ n }}", "made": "{{ {\"x\": y} }}",
                    "set": ["$path": "$.a", "$as": "string"], "any": ["$path": "$.a", "$default": 1],
                    "fix": ["$literal": ["$a": ["b": "$.c"]]], "one": [["p": 1]], "two": [["p": 1], ["q": 1]],
                ]
            ])
        let possible = [
            "id", "id.x.y", "who.name.x", "who.`$id`", "lines.sku.x", "lines[0].in.b", "first.sku", "made.x.y", "any.x",
            "fix.`$a`.b", "one.p", "two.p", "two.z", "$exists(gone)", "gone ?? 1",
        ]
        #expect(try ruledOut(possible, made) == [])
        let impossible = [
            "idd", "who.nam", "who.id.x", "lines.skuu", "lines[0].in.c", "first.skuu", "first.kind.x", "text.x",
            "made.y",
            "set.x", "fix.`$a`.c", "fix.a", "one.q", "orderId",
        ]
        #expect(try ruledOut(impossible, made) == impossible)
    }

    @Test("The nearest member is named")
    func nearest() throws {
        let made = try #require(try outline("transform", ["template": "slim"]))
        #expect(made.origin == .step("transform"))
        let mistakes = LanguageChecks.standard.paths?("idd = 1", .expression, made) ?? []
        #expect(mistakes.map(\.message) == ["no message that the step makes has `idd` here; did you mean `id`?"])
        #expect(mistakes.map(\.offset) == [0])
        #expect(LanguageChecks.standard.paths?("$.idd", .mapping, made).count == 1)
    }

    @Test(
        "The object that an expression writes out is known, however it is wrapped",
        arguments: [
            ("{\"a\": b, \"c\": {\"d\": 1}}", ["a.x", "c.d"], ["b", "c.e", "c.d.x"]),
            ("($x := 1; {\"a\": $x})", ["a"], ["x"]), ("$x := {\"a\": 1}", ["a"], ["b"]),
            ("items.{\"a\": b}", ["a.x", "$[0].a"], ["b"]), ("[items.{\"a\": b}]", ["a.x", "$[0].a"], ["b"]),
            ("{\"a\": [items.{\"b\": c}], \"d\": items[].{\"e\": f}}", ["a.b", "a[0].b.x", "d.e"], ["a.c", "d.f"]),
            ("q ? {\"a\": {\"x\": 1}} : {\"a\": {\"y\": 1}, \"b\": 1}", ["a.x", "a.y", "b"], ["a.z", "c"]),
            ("q ? {\"a\": 1}", ["a"], ["b"]), ("{\"a\": 1} ?: {\"b\": 1}", ["a", "b"], ["c"]),
            ("items{\"all\": {\"n\": $count(sku)}}", ["all.n"], ["all.m", "other"]),
            (
                "{\"a\": b & c, \"d\": -1, \"e\": [1..3], \"f\": null, \"g\": x = 1}", ["a", "d", "e", "f", "g"],
                ["e.x", "g.x"]
            ),
        ])
    func expressions(_ text: String, _ possible: [String], _ impossible: [String]) throws {
        let made = try #require(try outline("transform", ["expression": .string(text)]))
        #expect(try ruledOut(possible, made) == [])
        #expect(try ruledOut(impossible, made) == impossible)
    }

    @Test(
        "Of an expression that computes its object nothing is known",
        arguments: [
            "$merge([{\"a\": 1}, b])", "{key: 1}", "a", "$", "$f({\"a\": 1})", "q ? {\"a\": 1} : b", "a ?: {\"b\": 1}",
            "$ ~> |items|{\"a\": 1}|", "items@$i.{\"a\": $i}", "[{\"a\": 1}, b]", "items.{\"a\": 1}.a", "$map(x, $y)",
            "function($x) {{\"a\": 1}}", "[[{\"a\": 1}]]",
        ])
    func computed(_ text: String) throws {
        let made = try outline("transform", ["expression": .string(text)])
        #expect(try ruledOut(["anything", "a.b.c", "$[0].x", "items.a.b.z"], made) == [])
    }

    @Test("Enriching leaves the rest known, and nothing of the object that gets the answer")
    func enrich() throws {
        let paths = ["customer.nam", "customer.x.y", "nope", "items.skuu", "id.x"]
        let beside = try outline("enrich", ["service": "s", "lookup_field": "customer.name"])
        #expect(try ruledOut(paths, beside) == ["nope", "items.skuu", "id.x"])
        let into = try outline("enrich", ["service": "s", "lookup_field": "id", "into": "$.customer"])
        #expect(try ruledOut(paths, into) == ["nope", "items.skuu", "id.x"])
        #expect(try outline("enrich", ["service": "s", "lookup_field": "id"]) == nil)
        #expect(try outline("enrich", ["service": "s", "lookup_field": "customer.name", "into": "$"]) == nil)
        #expect(try outline("enrich", ["service": "s", "lookup_field": "customer.name"], before: nil) == nil)
    }

    @Test("A merge patch leaves known what it does not set")
    func mergePatch() throws {
        let paths = ["customer.nam", "customer.mail.x", "new.x", "new.y", "note.deep.er", "note.x", "items.skuu"]
        let patch: ConfigurationNode = ["customer": ["mail": "x"], "new": ["x": 1], "note": ["deep": "{{ id }}"]]
        let made = try outline("merge_patch", ["patch": patch])
        // A `note` that was a text is an object now, and `new` was not there.
        #expect(try ruledOut(paths, made) == ["customer.nam", "items.skuu"])
        #expect(
            try ruledOut(paths, try outline("merge_patch", ["patch": patch, "target": "customer"])).contains("new.x"))
        let own = try outline("merge_patch", ["patch_from": "note", "target": "customer"])
        #expect(try ruledOut(["customer.nam", "custome"], own) == ["custome"])
        #expect(try outline("merge_patch", ["patch_from": "note"]) == nil)
        #expect(try outline("merge_patch", ["patch": 5]) == nil)
    }

    @Test("A JSON Patch leaves known what it does not set")
    func jsonPatch() throws {
        let paths = ["items.skuu", "customer.nam", "customer.mail.x", "id.x", "gone"]
        func after(_ operations: ConfigurationNode...) throws -> [String] {
            try ruledOut(paths, try outline("json_patch", ["patch": .sequence(operations)]))
        }
        #expect(try after(["op": "test", "path": "", "value": 1], ["op": "remove", "path": "/id"]) == paths)
        #expect(
            try after(["op": "add", "path": "/customer/mail", "value": [:]])
                == ["items.skuu", "customer.nam", "id.x", "gone"])
        #expect(
            try after(["op": "replace", "path": "/items/0/skuu", "value": 1]) == [
                "customer.nam", "customer.mail.x", "id.x", "gone",
            ])
        #expect(try after(["op": "add", "path": "/items/-", "value": 1]).first == "customer.nam")
        #expect(
            try after(["op": "move", "from": "/items", "path": "/id"], ["op": "copy", "from": "/id", "path": "/gone"])
                == ["items.skuu", "customer.nam", "customer.mail.x"])
        #expect(try after(["op": "replace", "path": "", "value": 1]) == [])
        #expect(try outline("json_patch", ["patch_from": "note"]) == nil)
    }

    @Test("An array of objects that a mapping makes may collapse")
    func collapsing() throws {
        let made = try #require(try outline("transform", ["mapping": ["lines": "$.items[*].{sku: sku}"]]))
        let check = try #require(LanguageChecks.standard.paths)
        #expect(check("{\"skus\": lines.sku}", .expression, made).map(\.isWarning) == [true])
        #expect(check("{\"skus\": [lines.sku]}", .expression, made).isEmpty)
    }
}
