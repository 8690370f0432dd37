import IntegrationCore
import Testing

@testable import IntegrationTransforms

@Suite("JSON Patch")
struct JSONPatchTests {
    @Test(
        "The examples of RFC 6902, appendix A",
        arguments: [
            (#"{"foo":"bar"}"#, #"[{"op":"add","path":"/baz","value":"qux"}]"#, #"{"foo":"bar","baz":"qux"}"#),
            (
                #"{"foo":["bar","baz"]}"#, #"[{"op":"add","path":"/foo/1","value":"qux"}]"#,
                #"{"foo":["bar","qux","baz"]}"#
            ),
            (#"{"baz":"qux","foo":"bar"}"#, #"[{"op":"remove","path":"/baz"}]"#, #"{"foo":"bar"}"#),
            (#"{"foo":["bar","qux","baz"]}"#, #"[{"op":"remove","path":"/foo/1"}]"#, #"{"foo":["bar","baz"]}"#),
            (
                #"{"baz":"qux","foo":"bar"}"#, #"[{"op":"replace","path":"/baz","value":"boo"}]"#,
                #"{"baz":"boo","foo":"bar"}"#
            ),
            (
                #"{"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}}"#,
                #"[{"op":"move","from":"/foo/waldo","path":"/qux/thud"}]"#,
                #"{"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}}"#
            ),
            (
                #"{"foo":["all","grass","cows","eat"]}"#, #"[{"op":"move","from":"/foo/1","path":"/foo/3"}]"#,
                #"{"foo":["all","cows","eat","grass"]}"#
            ),
            (
                #"{"baz":"qux","foo":["a",2,"c"]}"#,
                #"[{"op":"test","path":"/baz","value":"qux"},{"op":"test","path":"/foo/1","value":2}]"#,
                #"{"baz":"qux","foo":["a",2,"c"]}"#
            ),
            (
                #"{"foo":"bar"}"#, #"[{"op":"add","path":"/child","value":{"grandchild":{}}}]"#,
                #"{"foo":"bar","child":{"grandchild":{}}}"#
            ),
            (
                #"{"foo":"bar"}"#, #"[{"op":"add","path":"/baz","value":"qux","xyz":123}]"#,
                #"{"foo":"bar","baz":"qux"}"#
            ),
            (#"{"/":9,"~1":10}"#, #"[{"op":"test","path":"/~01","value":10}]"#, #"{"/":9,"~1":10}"#),
            (
                #"{"foo":["bar"]}"#, #"[{"op":"add","path":"/foo/-","value":["abc","def"]}]"#,
                #"{"foo":["bar",["abc","def"]]}"#
            ),
        ])
    func appendix(_ document: String, _ patch: String, _ expected: String) throws {
        #expect(try patched(document, patch) == expected)
    }

    @Test(
        "Operations in a row see what those before them did",
        arguments: [
            (
                #"{"a":{"b":[1,2,{"c":3}]}}"#,
                #"[{"op":"add","path":"/a/b/2/d","value":{"e":[]}},{"op":"add","path":"/a/b/2/d/e/-","value":1.50},"#
                    + #"{"op":"copy","from":"/a/b/2","path":"/a/b/0"},{"op":"remove","path":"/a/b/3/c"}]"#,
                #"{"a":{"b":[{"c":3,"d":{"e":[1.50]}},1,2,{"d":{"e":[1.50]}}]}}"#
            ),
            (
                #"{"a":1}"#, #"[{"op":"copy","from":"","path":"/self"},{"op":"copy","from":"/self","path":"/self/a"}]"#,
                #"{"a":1,"self":{"a":{"a":1}}}"#
            ),
            (#"{"a":{"b":1},"c":2}"#, #"[{"op":"move","from":"/a/b","path":"/a"}]"#, #"{"a":1,"c":2}"#),
            (#"{"a":1}"#, #"[{"op":"move","from":"/a","path":"/a"}]"#, #"{"a":1}"#),
            (#"{"a":1}"#, #"[{"op":"move","from":"/a","path":""}]"#, "1"),
            (#"[1]"#, #"[{"op":"replace","path":"","value":null},{"op":"test","path":"","value":null}]"#, "null"),
            (#"{"":{"":1}}"#, #"[{"op":"replace","path":"//","value":2}]"#, #"{"":{"":2}}"#),
            (#"{"a\nb":1}"#, #"[{"op":"replace","path":"/a\nb","value":"\u0000"}]"#, #"{"a\nb":"\u0000"}"#),
            (#"{"x":1}"#, #"[{"op":"add","path":"/a\"~1~0","value":1}]"#, #"{"x":1,"a\"/~":1}"#),
            (
                #"{"n":1.0}"#, #"[{"op":"test","path":"/n","value":1},{"op":"test","path":"","value":{"n":10e-1}}]"#,
                #"{"n":1.0}"#
            ),
            (
                #"[[],[]]"#, #"[{"op":"add","path":"/0/0","value":1},{"op":"add","path":"/1/-","value":{}}]"#,
                #"[[1],[{}]]"#
            ),
        ])
    func sequences(_ document: String, _ patch: String, _ expected: String) throws {
        #expect(try patched(document, patch) == expected)
    }

    @Test(
        "An error names the operation, its index and its path, and where in the message it is",
        arguments: [
            (
                #"{"a":1}"#, #"[{"op":"remove","path":"/a"},{"op":"remove","path":"/a"}]"#,
                "IE2702 patch[1] (remove /a): the document has no member `a` at $.a"
            ),
            (
                #"{"a":{"b":[1]}}"#, #"[{"op":"replace","path":"/a/b/7/c","value":1}]"#,
                "IE2702 patch[0] (replace /a/b/7/c): `/a/b` has 1 elements, and none at 7 at $.a.b[7]"
            ),
            (
                #"{"a":{"b":[1]}}"#, #"[{"op":"add","path":"/a/b/01","value":1}]"#,
                "IE2702 patch[0] (add /a/b/01): `/a/b` is an array, and `01` is no index of an element that is there at $.a.b"
            ),
            (
                #"{"a":7}"#, #"[{"op":"add","path":"/a/b","value":1}]"#,
                "IE2702 patch[0] (add /a/b): `/a` is 7, which holds nothing at $.a"
            ),
            (
                #"{"a":7}"#, #"[{"op":"move","from":"/x y","path":"/b"}]"#,
                "IE2702 patch[0] (move /x y to /b): the document has no member `x y` at $['x y']"
            ),
            (
                #"{"a":[1]}"#, #"[{"op":"remove","path":"/a/-"}]"#,
                "IE2702 patch[0] (remove /a/-): `/a` is an array, and `-` is no index of an element that is there at $.a"
            ),
            (
                #"{"a":"1"}"#, #"[{"op":"test","path":"/a","value":1}]"#,
                #"IE2703 patch[0] (test /a): the value there is another one: "1" at $.a"#
            ),
            (
                #"{"a":1}"#, #"[{"op":"remove","path":"/a\u001b"}]"#,
                #"IE2702 patch[0] (remove /a\u001b): the document has no member `a\u001b` at $['a\u001b']"#
            ),
            ("{}", "{}", "IE2701 the patch is an empty object, not an array of operations"),
            ("{}", "[1]", "IE2701 patch[0]: it is 1, not an object"),
            ("{}", #"[{"path":"/a"}]"#, "IE2701 patch[0]: `op` is missing"),
            ("{}", #"[{"op":"add","path":"/a","value":1,"op":"add"}]"#, "IE2701 patch[0]: `op` stands twice"),
            (
                "{}", #"[{"op":"insert","path":"/a"}]"#,
                "IE2701 patch[0]: there is no operation `insert`, only add, remove, replace, move, copy or test"
            ),
            ("{}", #"[{"op":"add","path":7,"value":1}]"#, "IE2701 patch[0]: `path` is 7, not a string"),
            (
                "{}", #"[{"op":"add","path":"a","value":1}]"#,
                "IE2701 patch[0]: `path` must begin with `/`, such as `/customer/id`"
            ),
            (
                "{}", #"[{"op":"copy","path":"/a","from":"/~2"}]"#,
                "IE2701 patch[0]: `from` has a `~` that is neither `~0` (a tilde) nor `~1` (a slash)"
            ),
            ("{}", #"[{"op":"add","path":"/a"}]"#, "IE2701 patch[0]: `add` needs `value`"),
            ("{}", #"[{"op":"move","path":"/a"}]"#, "IE2701 patch[0]: `move` needs `from`"),
            (
                #"{"a":{}}"#, #"[{"op":"move","from":"/a","path":"/a/b"}]"#,
                "IE2701 patch[0]: `move` can't put `/a` into itself"
            ),
            (
                "{}", #"[{"op":"remove","path":""}]"#,
                "IE2701 patch[0]: `remove` can't take the whole document away: `replace` it"
            ),
        ])
    func errors(_ document: String, _ patch: String, _ expected: String) throws {
        let error = try #require(throws: IntegrationError.self) { try patched(document, patch) }
        #expect("\(error.code.id) \(error.message)" + (error.path.map { " at \($0)" } ?? "") == expected)
    }

    @Test("A patch that doubles the document again and again, or that nests it, stops at its budget")
    func growth() throws {
        let doubling = (0..<40).map { #"{"op":"copy","from":"","path":"/\#($0)"}"# }.joined(separator: ",")
        let nesting = (0..<200).map { _ in #"{"op":"copy","from":"","path":"/a"}"# }.joined(separator: ",")
        let head = (0..<30_000).map { _ in #"{"op":"add","path":"/0","value":0}"# }.joined(separator: ",")
        for (document, patch) in [("[[]]", doubling), (#"{"a":0}"#, doubling), (#"{"a":0}"#, nesting), ("[]", head)] {
            let started = ContinuousClock.now
            let error = try #require(throws: IntegrationError.self) { try patched(document, "[\(patch)]") }
            #expect(error.code == .patchBudgetExceeded, "\(error)")
            #expect(ContinuousClock.now - started < .seconds(20))
        }
    }

    @Test(
        "A value can take the place of the whole document, whatever was done before",
        arguments: [
            (#"[{"op":"move","from":"/a/b","path":""}]"#, #"[1,{"c":2}]"#),
            (#"[{"op":"copy","from":"/a/b/1","path":""},{"op":"add","path":"/d","value":3}]"#, #"{"c":2,"d":3}"#),
            (#"[{"op":"remove","path":"/a/b/0"},{"op":"add","path":"","value":{"x":[]}}]"#, #"{"x":[]}"#),
            (#"[{"op":"test","path":"/a/b/0","value":1},{"op":"add","path":"","value":5}]"#, "5"),
        ])
    func whole(_ patch: String, _ expected: String) throws {
        #expect(try patched(#"{"a":{"b":[1,{"c":2}]},"e":4}"#, patch) == expected)
    }

    @Test("What is removed is gone, also where its name stands twice")
    func repeated() throws {
        let document = #"{"a":1,"b":3,"\u0061":2}"#
        #expect(try patched(document, #"[{"op":"remove","path":"/a"}]"#) == #"{"b":3}"#)
        #expect(try patched(document, #"[{"op":"move","from":"/a","path":"/c"}]"#) == #"{"b":3,"c":2}"#)
    }

    @Test("Names are found in any order of many members, and places in long arrays")
    func large() throws {
        let members = (0..<1000).map { #""m\#($0)":\#($0)"# }.joined(separator: ",")
        let removed = (0..<1000).filter { $0 % 3 == 0 }.reversed()
        let patch = removed.map { #"{"op":"remove","path":"/m\#($0)"}"# }.joined(separator: ",")
        let rest = (0..<1000).filter { $0 % 3 != 0 }.map { #""m\#($0)":\#($0)"# }.joined(separator: ",")
        #expect(try patched("{\(members)}", "[\(patch)]") == "{\(rest)}")
    }

    @Test("A slash stays one, and a tilde too, where a combining mark follows")
    func combiningMarks() throws {
        let document = "{\"a\":{\"\u{352}b\":1,\"~\u{352}\":2}}"
        #expect(
            try patched(document, "[{\"op\":\"remove\",\"path\":\"/a/\u{352}b\"}]") == "{\"a\":{\"~\u{352}\":2}}")
        #expect(
            try patched(document, "[{\"op\":\"remove\",\"path\":\"/a/~0\u{352}\"}]") == "{\"a\":{\"\u{352}b\":1}}")
        #expect(JSONPointer("/\u{352}")?.tokens.map(\.text) == ["\u{352}"])
        #expect(JSONPointer.mistake(in: "\u{352}/") != nil)
    }
}
