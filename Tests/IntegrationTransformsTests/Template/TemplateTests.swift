import IntegrationCore
import IntegrationDocument
import IntegrationTransforms
import Testing

/// A template made from a mapping in JSON, applied to a message in JSON.
struct TemplateBench {
    let program: TemplateProgram
    private let literals: Literals

    init(
        _ mapping: String, options: TemplateOptions = TemplateOptions(),
        expressions: (any TemplateExpressionCompiler)? = nil
    ) throws {
        let mapping = try Document(mapping).withRoot { TemplateNode($0) }
        literals = Literals()
        program = try TemplateProgram(
            name: "t", mapping: mapping, options: options, literals: literals, expressions: expressions)
    }

    func apply(_ message: String) throws -> String {
        let arena = Arena()
        var scratch = TemplateScratch()
        let block = ByteBlock(message)
        arena.attach(block, as: Arena.sourceBase)
        arena.attach(literals.block(), as: Arena.literalBase)
        let source = try arena.parse(Slice(base: Arena.sourceBase, offset: 0, length: block.count))
        let output = try program.apply(arena.view(source), in: arena, using: &scratch)
        return Document(copying: output).json
    }
}

func map(_ mapping: String, _ message: String, missing: MissingValue = .omit) throws -> String {
    try TemplateBench(mapping, options: TemplateOptions(missing: missing)).apply(message)
}

/// The three printed lines of the error that a template fails with.
func failure(_ body: () throws -> Void) -> String {
    do {
        try body()
        return "no error"
    } catch {
        return "\(error)"
    }
}

@Suite("Templates")
struct TemplateTests {
    private static let order = #"""
        {"orderId":"ORD-1","customerId":"C-7","note":null,"orderItems":[{"productId":"P-1","quantity":2,"price":10.10,
        "price net":9},{"productId":"P-2","quantity":1}],"orderTotal":20.20,"address":{"city":"Łódź","geo":[51.7,19.4]}}
        """#

    @Test("A path gives the value it selects, exactly as it is written in the message")
    func values() throws {
        let output = try map(
            #"{"id":"$.orderId","total":"$.orderTotal","city":"$.address.city","geo":"$['address'].geo[-1]","all":"$.address"}"#,
            Self.order)
        #expect(
            output
                == #"{"id":"ORD-1","total":20.20,"city":"Łódź","geo":19.4,"all":{"city":"Łódź","geo":[51.7,19.4]}}"#)
    }

    @Test("The mapping itself may be a path, an array or a literal")
    func roots() throws {
        #expect(try map(#""$.address.geo""#, Self.order) == "[51.7,19.4]")
        #expect(try map(#"["$.orderId",1,null,true]"#, Self.order) == #"["ORD-1",1,null,true]"#)
        #expect(try map(#""hello""#, Self.order) == #""hello""#)
        #expect(try map(#""$""#, "[1,{\"a\":2}]") == "[1,{\"a\":2}]")
        #expect(try map(#"{"a":"$[0]","b":"$.x"}"#, "[1]") == #"{"a":1}"#)
    }

    @Test("A path that could select several values gives an array, also for one and for none")
    func arrays() throws {
        #expect(try map(#"{"ids":"$.orderItems[*].productId"}"#, Self.order) == #"{"ids":["P-1","P-2"]}"#)
        #expect(try map(#"{"p":"$.orderItems[?@.price].price"}"#, Self.order) == #"{"p":[10.10]}"#)
        #expect(try map(#"{"p":"$.orderItems[?@.price > 99]"}"#, Self.order) == #"{"p":[]}"#)
        #expect(try map(#"{"c":"$..city"}"#, Self.order) == #"{"c":["Łódź"]}"#)
    }

    @Test("Literals stay as they are; two dollars stand for one")
    func literals() throws {
        let mapping =
            #"{"a":"text \"quoted\"","b":10.10,"c":[],"d":{},"e":"$$5","f":"$$","g":null,"$$ref":"$.orderId"}"#
        #expect(
            try map(mapping, Self.order)
                == #"{"a":"text \"quoted\"","b":10.10,"c":[],"d":{},"e":"$5","f":"$","g":null,"$ref":"ORD-1"}"#)
        #expect(
            try map(#"{"a":{"$literal":{"$x":"$.orderId","y":[1,{"z":"{{"}]}}}"#, Self.order)
                == #"{"a":{"$x":"$.orderId","y":[1,{"z":"{{"}]}}"#)
    }

    @Test("What is missing is left out, and null is not missing")
    func omit() throws {
        let mapping =
            #"{"id":"$.orderId","email":"$.customerEmail","note":"$.note","deep":{"x":"$.a.b.c"},"list":["$.no","$.note"]}"#
        #expect(try map(mapping, Self.order) == #"{"id":"ORD-1","note":null,"deep":{},"list":[null]}"#)
    }

    @Test("The whole template or one key may say what stands for missing values")
    func missing() throws {
        let mapping =
            #"{"a":"$.no","b":{"$path":"$.no","$missing":"omit"},"c":"$.no[*]","d":"$.orderItems[*].{p: price}"}"#
        #expect(
            try map(mapping, Self.order, missing: .null) == #"{"a":null,"c":null,"d":[{"p":10.10},{"p":null}]}"#)
        #expect(try map(#"{"a":{"$path":"$.no","$missing":"null"}}"#, Self.order) == #"{"a":null}"#)
        let error = failure { _ = try map(#"{"a":{"b":[1,{"$path":"$.no.way","$missing":"error"}]}}"#, Self.order) }
        #expect(
            error == """
                Error: A value that the template demands is missing [IE2103]
                Cause: template `t`, key `a.b[1]`: `$.no.way` selects nothing
                Solution: Correct the message or the path, give the key a `$default`, or let it be left out with \
                `$missing: omit`.
                """)
        #expect(failure { _ = try map(#""$.no""#, Self.order) }.contains("[IE2103]"))
    }

    @Test("A default is taken for what is missing, not for null, and may be any node")
    func defaults() throws {
        func value(_ options: String) throws -> String { try map("{\"v\":\(options)}", Self.order) }
        #expect(try value(#"{"$path":"$.no","$default":"EUR"}"#) == #"{"v":"EUR"}"#)
        #expect(try value(#"{"$path":"$.note","$default":"EUR"}"#) == #"{"v":null}"#)
        #expect(try value(#"{"$path":"$.no","$default":"$.orderId"}"#) == #"{"v":"ORD-1"}"#)
        #expect(
            try value(#"{"$path":"$.no","$default":{"$path":"$.nor","$default":{"a":["$.orderId"]}}}"#)
                == #"{"v":{"a":["ORD-1"]}}"#)
        #expect(try value(#"{"$path":"$.no","$default":"$.nor"}"#) == "{}")
    }

    @Test(
        "Types change only where nothing is lost",
        arguments: [
            ("string", "10.10", "\"10.10\""), ("string", "true", "\"true\""), ("string", "\"a\\\"b\"", "\"a\\\"b\""),
            ("string", "null", "null"), ("number", "\"1e-3\"", "1e-3"), ("number", "\"-0.50\"", "-0.50"),
            ("number", "7", "7"),
            ("integer", "3.00", "3"), ("integer", "\"12\"", "12"), ("integer", "1e3", "1000"),
            ("integer", "\"-5.0\"", "-5"),
            ("boolean", "\"false\"", "false"), ("boolean", "true", "true"), ("array", "1", "[1]"),
            ("array", "[1]", "[1]"),
            ("array", "{\"a\":1}", "[{\"a\":1}]"),
        ])
    func coercion(_ type: String, _ value: String, _ expected: String) throws {
        #expect(try map("{\"v\":{\"$path\":\"$.v\",\"$as\":\"\(type)\"}}", "{\"v\":\(value)}") == "{\"v\":\(expected)}")
    }

    @Test(
        "A value that does not fit a type is an error",
        arguments: [
            ("number", "\"12 pieces\""), ("number", "\"\""), ("number", "\"01\""), ("number", "\"1.\""),
            ("number", "\"1e\""),
            ("number", "true"), ("integer", "1.5"), ("integer", "\"1.5\""), ("integer", "1e30"), ("boolean", "1"),
            ("boolean", "\"yes\""), ("string", "[1]"), ("string", "{}"), ("number", "[]"),
        ])
    func unfit(_ type: String, _ value: String) {
        let error = failure {
            _ = try map("{\"v\":{\"$path\":\"$.a.v\",\"$as\":\"\(type)\"}}", "{\"a\":{\"v\":\(value)}}")
        }
        #expect(error.hasPrefix("Error: A value can't be turned into the type that the template asks for [IE2104]"))
        #expect(error.contains("Cause: template `t`, key `v`: `$.a.v` gives "))
        #expect(error.contains("which does not fit (at $['a']['v'])"))
    }

    @Test("A type holds for each element of a path that gives an array")
    func elementCoercion() throws {
        #expect(
            try map(#"{"v":{"$path":"$.v[*]","$as":"string"}}"#, #"{"v":[1,"a",true]}"#) == #"{"v":["1","a","true"]}"#)
        #expect(try map(#"{"v":{"$path":"$.v[*]","$as":"array"}}"#, #"{"v":[1,[2]]}"#) == #"{"v":[[1],[2]]}"#)
    }

    @Test("Keys that are written with escapes, and long keys, are found")
    func keys() throws {
        let long = "averyveryverylongkeynumber1"
        let message =
            "{\"order\\u0049d\":1,\"\(long)\":2,\"averyveryverylongkeynumber2\":3,\"averyveryXerylongkeynumber1\":4}"
        #expect(try map("{\"a\":\"$.orderId\",\"b\":\"$.\(long)\"}", message) == #"{"a":1,"b":2}"#)
        #expect(try map(#"{"a\"b":"$['x\"y']"}"#, #"{"x\"y":1}"#) == #"{"a\"b":1}"#)
    }

    @Test("One scratch serves templates of any size, one after the other")
    func scratch() throws {
        let many = "{" + (0..<200).map { "\"k\($0)\":\"$.k\($0)\"" }.joined(separator: ",") + "}"
        let message = "{" + (0..<200).map { "\"k\($0)\":\($0)" }.joined(separator: ",") + "}"
        let literals = Literals()
        let large = try TemplateProgram(
            name: "large", mapping: Document(many).withRoot { TemplateNode($0) }, literals: literals)
        let small = try TemplateProgram(name: "small", mapping: .text("$.k7"), literals: literals)
        let arena = Arena()
        let block = ByteBlock(message)
        var scratch = TemplateScratch()
        for _ in 0..<3 {
            arena.reset()
            arena.attach(block, as: Arena.sourceBase)
            arena.attach(literals.block(), as: Arena.literalBase)
            let source = arena.view(try arena.parse(Slice(base: 0, offset: 0, length: block.count)))
            let one = try small.apply(source, in: arena, using: &scratch)
            let two = try large.apply(source, in: arena, using: &scratch)
            #expect(one.integer == 7)
            #expect(Document(copying: two).json == message)
        }
    }
}
