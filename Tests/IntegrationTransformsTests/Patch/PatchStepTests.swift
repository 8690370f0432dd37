import IntegrationCore
import IntegrationTransforms
import Testing

@Suite("Patch steps")
struct PatchStepTests {
    @Test("json_patch changes each message by the operations of the configuration, with expressions in their values")
    func operations() throws {
        let step = JSONPatchStep(
            "close", .test("/status", "paid"), .replace("/status", "closed"),
            .add("/items/-", ["sku": "gift", "price": "{{ total * 2 }}", "note": "for {{ name }}", "$a": "$.b"]),
            .copy(from: "/name", to: "/by"), .move(from: "/total", to: "/sum"), .add("/old", .null), .remove("/draft"))
        #expect(
            try run(
                step,
                on: [
                    #"{"status":"paid","items":[],"total":1.5,"name":"A","draft":1}"#,
                    #"{"status":"new","items":[],"total":1,"name":"B","draft":1}"#,
                    #"{"status":"paid","items":[1],"total":2,"draft":1}"#,
                    #"{"status":"paid","items":[1],"name":"C"}"#,
                ]) == [
                    #"{"status":"closed","items":[{"sku":"gift","price":3,"note":"for A","$a":"$.b"}],"name":"A","by":"A","sum":1.5,"old":null}"#,
                    #"IE2703 patch[0] (test /status): the value there is another one: "new" at $.status"#,
                    "IE2702 patch[3] (copy /name to /by): the document has no member `name` at $.name",
                    "IE2103 template `patch[2]`, key `price`: ` total * 2 ` selects nothing",
                ])
    }

    @Test("A patch can come with each message, and change a part of it")
    func own() throws {
        let step = JSONPatchStep("apply", .message("change.patch"), target: "order")
        #expect(
            try run(
                step,
                on: [
                    #"{"change":{"patch":[{"op":"replace","path":"/a","value":2}]},"order":{"a":1},"x":[]}"#,
                    #"{"change":{"patch":[{"op":"replace","path":"","value":[{}]}]},"order":{"a":1},"x":[]}"#,
                    #"{"change":{"patch":[{"op":"remove","path":"/b"}]},"order":{"a":1}}"#,
                    #"{"change":{},"order":{"a":1}}"#,
                    #"{"change":{"patch":[{"op":"add","path":"/a/b","value":1}]}}"#,
                ]) == [
                    #"{"change":{"patch":[{"op":"replace","path":"/a","value":2}]},"order":{"a":2},"x":[]}"#,
                    #"{"change":{"patch":[{"op":"replace","path":"","value":[{}]}]},"order":[{}],"x":[]}"#,
                    "IE2702 patch[0] (remove /b): `/order` has no member `b` at $.order.b",
                    "IE2702 the patch is to stand at `change.patch`, which is missing at $.change.patch",
                    "IE2702 patch[0] (add /a/b): the document has no member `order` at $.order",
                ])
    }

    @Test("merge_patch changes each message; an expression without a value changes nothing unless it is said to")
    func merge() throws {
        let patch: ConfigurationNode = [
            "status": "closed", "draft": .null, "customer": ["mail": "{{ $lowercase(mail) }}"],
        ]
        let messages = [#"{"draft":1,"mail":"A@B","customer":{"id":7}}"#, #"{"customer":{"id":7,"mail":"x"}}"#]
        #expect(
            try run(MergePatchStep("m", patch), on: messages) == [
                #"{"mail":"A@B","customer":{"id":7,"mail":"a@b"},"status":"closed"}"#,
                #"{"customer":{"id":7,"mail":"x"},"status":"closed"}"#,
            ])
        #expect(
            try run(MergePatchStep("m", .value(patch), missing: .null), on: messages)[1]
                == #"{"customer":{"id":7},"status":"closed"}"#)
        #expect(try run(MergePatchStep("m", ["a": "$.b", "$c": 1.5]), on: ["{}"]) == [#"{"a":"$.b","$c":1.5}"#])
    }

    @Test("A merge patch can come with each message, and change a part of it")
    func ownMerge() throws {
        let step = MergePatchStep("m", .message("patch"), target: "a.b")
        #expect(
            try run(
                step,
                on: [#"{"patch":{"x":null,"y":1},"a":{"b":{"x":1},"c":2}}"#, #"{"patch":{},"a":{}}"#, #"{"a":1}"#])
                == [
                    #"{"patch":{"x":null,"y":1},"a":{"b":{"y":1},"c":2}}"#,
                    "IE2702 what is patched is to stand at `a.b`, which is missing at $.a.b",
                    "IE2702 the patch is to stand at `patch`, which is missing at $.patch",
                ])
    }

    @Test("A mistake in a patch is found when the flow is built")
    func mistakes() {
        let bad = #expect(throws: IntegrationError.self) {
            try run(JSONPatchStep("s", .remove("/a"), .add("b", 1)), on: [])
        }
        #expect(bad?.code == .invalidPatch)
        #expect(bad?.message == "patch[1]: `path` must begin with `/`, such as `/customer/id`")
        let path = #expect(throws: IntegrationError.self) { try run(MergePatchStep("s", .message("a[0]")), on: []) }
        #expect(path?.message == "`patch_from: a[0]` is not a path such as `customer.changes`")
        let expression = #expect(throws: IntegrationError.self) {
            try run(MergePatchStep("s", ["a": "{{ 1 + }}"]), on: [])
        }
        #expect(expression?.code == .expressionInvalid)
    }
}
