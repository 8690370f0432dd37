import IntegrationDocument
import IntegrationTransforms
import Testing

/// The values that a path selects, each as JSON.
func select(_ path: String, _ json: String) throws -> [String] {
    let path = try JSONPath(path)
    let document = try Document(json, policy: .lenient)
    return try document.withRoot { (root) throws in
        var nodes = NodeList()
        try path.evaluate(root, into: &nodes)
        return (0..<nodes.count).map { Document(copying: View(nodes[$0], root.bases)).json }
    }
}

@Suite("JSONPath")
struct JSONPathTests {
    @Test("Names in any script need no quotes")
    func scripts() throws {
        let json = #"{"屬性":1,"größe":2,"имя":3,"صفة":4,"🙂":5}"#
        #expect(try select("$.屬性", json) == ["1"])
        #expect(try select("$.größe", json) == ["2"])
        #expect(try select("$..имя", json) == ["3"])
        #expect(try select("$['صفة','🙂']", json) == ["4", "5"])
    }

    @Test("Names lead to members whose keys are written with escapes, and to the last of two")
    func escapedKeys() throws {
        #expect(try select("$.abc", #"{"a\u0062c":1}"#) == ["1"])
        #expect(try select(#"$['a"b']"#, #"{"a\"b":1}"#) == ["1"])
        #expect(try select("$.a", #"{"a":1,"b":2,"a":3}"#) == ["3"])
        #expect(try select("$.abcdefghi", #"{"abcdefghX":1,"abcdefghi":2}"#) == ["2"])
    }

    @Test("Numbers are compared by their exact value, strings by their scalars")
    func comparisons() throws {
        #expect(
            try select("$[?@ == 12345678901234567890123]", "[12345678901234567890123,12345678901234567890124]").count
                == 1)
        #expect(
            try select("$[?@ < 12345678901234567890124]", "[12345678901234567890123,12345678901234567890124]").count
                == 1)
        #expect(try select("$[?@ >= -0]", "[0,-1,1e-400]") == ["0", "1e-400"])
        #expect(try select("$[?@ < '\u{FFFF}']", "[\"\u{10000}\",\"a\"]") == ["\"a\""])
        #expect(try select("$[?@ == 1]", "[1.0,10e-1,\"1\"]") == ["1.0", "10e-1"])
    }

    @Test("A path may leave the dollar out where the configuration says so")
    func bare() throws {
        let document = try Document(#"{"customer":{"id":7,"first name":"Ada"},"id":1}"#)
        func value(_ path: String) throws -> String? {
            let path = try JSONPath(bare: path)
            #expect(path.isSingular)
            return document.withRoot { root in path.single(in: root).map { Document(copying: $0).json } }
        }
        #expect(try value("customer.id") == "7")
        #expect(try value("id") == "1")
        #expect(try value("customer['first name']") == "\"Ada\"")
        #expect(try value("['customer'].id") == "7")
        #expect(try value("$.customer.id") == "7")
        #expect(try value("$") == document.json)
        #expect(try value("customer.name") == nil)
        #expect(throws: JSONPathError.self) { try JSONPath(bare: "customer-id") }
        #expect(throws: JSONPathError.self) { try JSONPath(bare: "") }
        #expect(throws: JSONPathError.self) { try JSONPath("customer.id") }
    }

    @Test("Normalised paths are written as the RFC demands")
    func normalised() throws {
        let document = try Document(#"{"a'b":[{"\n\u0001\\":[1]}]}"#)
        try document.withRoot { (root) throws in
            let inner = try #require(root["a'b"]?[0]?["\n\u{1}\\"]?[0])
            #expect(NormalizedPath.text(of: inner.pointer, in: root) == #"$['a\'b'][0]['\n\u0001\\'][0]"#)
            #expect(NormalizedPath.text(of: root.pointer, in: root) == "$")
            let part = try #require(root["a'b"])
            #expect(NormalizedPath.text(of: root.pointer, in: part) == nil)
        }
    }

    @Test(
        "A faulty path is refused with what was expected and where",
        arguments: [
            ("", "expected `$` at the beginning, but the path ends at column 1 of ``"),
            ("a.b", "expected `$` at the beginning, found `a` at column 1 of `a.b`"),
            ("$.größe.&", "expected a name or `*` after `.`, found `&` at column 9 of `$.größe.&`"),
            ("$[01]", "an index has no leading zero and is never `-0` at column 3 of `$[01]`"),
            ("$[9007199254740992]", "an index is at most 9007199254740991 at column 3 of `$[9007199254740992]`"),
            ("$[0 1]", "expected `,` or `]`, found `1` at column 5 of `$[0 1]`"),
            ("$['a", "the quote is never closed at column 3 of `$['a`"),
            ("$['\\q']", "this escape does not exist at column 4 of `$['\\q']`"),
            ("$['\\uD800']", "a high surrogate needs a low one behind it at column 4 of `$['\\uD800']`"),
            (
                "$[?@.a == @.*]",
                "only a query that selects one value can be compared: no `*`, `..`, slice or filter at column 11 of `$[?@.a == @.*]`"
            ),
            (
                "$[?length(@.a)]",
                "this function gives a value: compare it with something at column 4 of `$[?length(@.a)]`"
            ),
            ("$[?match(@.a)]", "`match` takes 2 arguments, not 1 at column 4 of `$[?match(@.a)]`"),
            (
                "$[?size(@.a) > 1]",
                "there is no function `size`: use length, count, value, match or search at column 4 of `$[?size(@.a) > 1]`"
            ),
            ("$[?count(1) > 1]", "`count` takes a query, such as `@.items[*]` at column 10 of `$[?count(1) > 1]`"),
            ("$[?'a']", "a literal can't stand alone in a filter: compare it with something at column 4 of `$[?'a']`"),
            ("$[?(@.a]", "expected `)`, found `]` at column 8 of `$[?(@.a]`"),
            ("$.a ", "expected `.`, `[` or the end of the path, found ` ` at column 4 of `$.a `"),
            ("$.a.{b: c}", "expected `.`, `[` or the end of the path, found `.` at column 4 of `$.a.{b: c}`"),
        ])
    func refusals(_ path: String, _ message: String) {
        let error = #expect(throws: JSONPathError.self) { try JSONPath(path) }
        #expect(error?.description == message)
    }

    @Test("Paths that are nested or long beyond reason are refused")
    func limits() {
        let deep = "$" + String(repeating: "[?(", count: 5000)
        #expect(throws: JSONPathError.self) { try JSONPath(deep) }
        #expect(throws: JSONPathError.self) { try JSONPath("$" + String(repeating: "..*", count: 600)) }
        #expect(throws: JSONPathError.self) {
            try JSONPath("$" + String(repeating: "[?@", count: 65) + String(repeating: "]", count: 65))
        }
        #expect(throws: JSONPathError.self) { try JSONPath("$." + String(repeating: "a", count: 70000)) }
    }

    @Test("A singular query is told from others")
    func singular() throws {
        for path in ["$", "$.a", "$['a'][0]", "$[-1].b"] { #expect(try JSONPath(path).isSingular) }
        for path in ["$.*", "$..a", "$['a','b']", "$[0:1]", "$[?@.a]"] { #expect(try !JSONPath(path).isSingular) }
    }

    @Test("The list grows and is emptied before each evaluation")
    func nodeList() throws {
        let json = "[" + (0..<1000).map(String.init).joined(separator: ",") + "]"
        let document = try Document(json)
        let all = try JSONPath("$[*]")
        let last = try JSONPath("$[-1]")
        try document.withRoot { (root) throws in
            var nodes = NodeList(capacity: 1)
            try all.evaluate(root, into: &nodes)
            #expect(nodes.count == 1000)
            #expect(View(nodes[999], root.bases).integer == 999)
            try last.evaluate(root, into: &nodes)
            #expect(nodes.count == 1)
            #expect(View(nodes[0], root.bases).integer == 999)
        }
    }
}
