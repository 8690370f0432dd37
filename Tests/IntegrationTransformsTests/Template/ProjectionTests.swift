import IntegrationCore
import IntegrationDocument
import IntegrationTransforms
import Testing

@Suite("Projections")
struct ProjectionTests {
    private static let order = #"""
        {"currency":"EUR","orderItems":[{"productId":"P-1","quantity":2,"price":{"net":9,"gross":10.10},"tags":["a","b"],
        "lines":[{"sku":1},{"sku":2}],"first name":"Ada","null":0},{"productId":"P-2"}],"customer":{"id":7,"名":"x"}}
        """#

    private func project(_ path: String) throws -> String {
        let mapping = Document { builder in
            let mark = builder.open()
            builder.append(string: "v")
            builder.append(string: path)
            builder.close(mark, .object, count: 1)
        }
        let text = try map(mapping.json, Self.order)
        #expect(text.hasPrefix("{\"v\":"))
        return String(text.dropFirst(5).dropLast())
    }

    @Test("Every selected value becomes an object; what is missing is left out")
    func objects() throws {
        #expect(
            try project("$.orderItems[*].{id: productId, quantity: quantity}")
                == #"[{"id":"P-1","quantity":2},{"id":"P-2"}]"#)
        #expect(try project("$.orderItems[?@.quantity].{id: productId}") == #"[{"id":"P-1"}]"#)
        #expect(try project("$.orderItems[9:].{id: productId}") == "[]")
        #expect(try project("$..lines[*].{sku: sku}") == #"[{"sku":1},{"sku":2}]"#)
    }

    @Test("A singular path gives one object")
    func singular() throws {
        #expect(try project("$.customer.{number: id}") == #"{"number":7}"#)
        #expect(try project("$.orderItems[1].{id: productId}") == #"{"id":"P-2"}"#)
        #expect(try project("$.{c: currency}") == #"{"c":"EUR"}"#)
    }

    @Test("Values are nested paths, literals, paths from the document, objects and projections")
    func values() throws {
        #expect(
            try project(
                """
                $.orderItems[0].{
                    net: price.net, tag: tags[-1], all: tags[*], 'the name': ['first name'], "q\\"": @.productId,
                    text: 'it''s', currency: $.currency
                }
                """.replacing("'it''s'", with: #"'it\'s'"#))
                == #"{"net":9,"tag":"b","all":["a","b"],"the name":"Ada","q\"":"P-1","text":"it's","currency":"EUR"}"#)
        #expect(
            try project("$.orderItems[0].{n: 1.50, t: true, f: false, z: null, o: ['null'], m: -1}")
                == #"{"n":1.50,"t":true,"f":false,"z":null,"o":0,"m":-1}"#)
        #expect(
            try project(
                "$.orderItems[*].{id: productId, price: {net: price.net, in: $.currency}, lines: lines[*].{s: sku, of: $.customer.id}}"
            )
                == #"[{"id":"P-1","price":{"net":9,"in":"EUR"},"lines":[{"s":1,"of":7},{"s":2,"of":7}]},"#
                + #"{"id":"P-2","price":{"in":"EUR"}}]"#)
        #expect(try project("$.customer.{名: 名, e: {}}") == #"{"名":"x","e":{}}"#)
    }

    @Test("Values that are containers, and selected values that are no objects, do no harm")
    func containers() throws {
        #expect(
            try project("$.orderItems[*].{p: price, t: tags}") == #"[{"p":{"net":9,"gross":10.10},"t":["a","b"]},{}]"#)
        #expect(try project("$.orderItems[0].tags[*].{x: y}") == "[{},{}]")
        #expect(try project("$.currency[*].{x: y}") == "[]")
        #expect(try project("$.customer[*].{x: y, s: @}") == #"[{"s":7},{"s":"x"}]"#)
    }

    @Test("White space and line ends may stand between the parts, as in the first samples")
    func blanks() throws {
        let path = "$.orderItems[*].{\n    id: productId,\n    quantity: quantity,\r\n\tprice :price . net\n}"
        #expect(failure { _ = try project(path) }.contains("expected a name or `*` after `.`"))
        #expect(
            try project("$.orderItems[*].{\n    id: productId,\r\n\tprice :price.net\n}")
                == #"[{"id":"P-1","price":9},{"id":"P-2"}]"#)
    }

    @Test(
        "A faulty projection is refused with what was expected and where",
        arguments: [
            ("$.a.{", "expected a key, but the path ends at column 6"),
            ("$.a.{b}", "expected `:` behind the key, found `}` at column 7"),
            ("$.a.{b: }", "expected a path, a literal or `{`, found `}` at column 9"),
            ("$.a.{b: c", "expected `,` or `}`, but the path ends at column 10"),
            ("$.a.{b: c} x", "expected the end behind the projection, found ` ` at column 11"),
            ("$.a.{b: c, b: d}", "the key `b` stands twice in the projection at column 12"),
            ("$.a.{b: c,}", "expected a key, found `}` at column 11"),
            ("$.a.{1: c}", "expected a key, found `1` at column 6"),
            ("$.a.{b: c.{d: 01}}", "a number has no leading zero at column 15"),
        ])
    func refusals(_ path: String, _ message: String) {
        let error = failure { _ = try project(path) }
        #expect(error.contains("Error: A JSONPath is not valid [IE2101]"))
        #expect(error.contains("template `t`, key `v`: \(message) of `\(path)`"), "\(error)")
    }

    @Test("Braces that are nested beyond reason are refused")
    func nesting() {
        let path = "$.a." + String(repeating: "{b: ", count: 5000)
        #expect(failure { _ = try project(path) }.contains("nested too deeply"))
    }
}
