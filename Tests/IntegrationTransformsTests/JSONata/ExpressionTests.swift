import IntegrationCore
import IntegrationDocument
import Testing

@testable import IntegrationTransforms

/// Evaluates a text over a JSON text.
func evaluated(
    _ text: String, _ input: String = "{}", budget: ExpressionBudget = .standard, host: ExpressionHost = .system
) throws -> String? {
    let expression = try Expression.compile(text)
    return try Document(input).withRoot { try expression.evaluateValue($0, budget: budget, host: host).json }
}

@Suite("Expressions")
struct ExpressionTests {
    @Test("A path that finds one value gives the value, several give an array, none gives nothing")
    func sequences() throws {
        let input = #"{"a": [{"b": 1}, {"b": 2}, {"c": 3}]}"#
        #expect(try evaluated("a.b", input) == "[1,2]")
        #expect(try evaluated("a.c", input) == "3")
        #expect(try evaluated("a.c[]", input) == "[3]")
        #expect(try evaluated("a.d", input) == nil)
    }

    @Test("Null is a value and no match")
    func null() throws {
        #expect(try evaluated("a", #"{"a": null}"#) == "null")
        #expect(try evaluated("$exists(a)", #"{"a": null}"#) == "true")
        #expect(try evaluated("a ?? 1", #"{"a": null}"#) == "null")
        #expect(try evaluated("b ?? 1", #"{"a": null}"#) == "1")
    }

    @Test("A part of a text that begins nowhere is empty where its length is said")
    func substringFromNowhere() throws {
        #expect(try evaluated(#"$substring("abc", nowhere, 1)"#) == #""""#)
        #expect(try evaluated(#"$substring("abc", nowhere)"#) == #""abc""#)
    }

    @Test("What is replaced by nothing becomes the word, as in jsonata-js, whatever the pattern is")
    func replacedByNothing() throws {
        #expect(try evaluated(#"$replace("abc", "x", nothing)"#) == #""abc""#)
        #expect(try evaluated(#"$replace("abc", "b", nothing)"#) == #""aundefinedc""#)
        #expect(try evaluated(#"$replace("abc", /b/, nothing)"#) == #""aundefinedc""#)
    }

    @Test("Numbers that are only copied keep their text")
    func exactNumbers() throws {
        let expression = try Expression.compile("{'price': price, 'list': [price]}")
        let input = try Document(#"{"price": 10.10}"#)
        let arena = Arena()
        var builder = Builder(arena)
        #expect(try input.withRoot { try expression.evaluate($0, into: &builder) })
        var out = OutputBuffer()
        out.append(arena.view(builder.finish()))
        #expect(out.withBytes { String(decoding: $0, as: UTF8.self) } == #"{"price":10.10,"list":[10.10]}"#)
    }

    @Test("Strings are compared by code points and ordered by UTF-16")
    func strings() throws {
        #expect(try evaluated(#""\u00e9" = "e\u0301""#) == "false")
        #expect(try evaluated(#""\ud83d\ude00" < "\uff5e""#) == "true")
        #expect(try evaluated(#"$length("\ud83d\ude00x")"#) == "2")
    }

    @Test("An error carries its code, its token, the place and a caret")
    func places() throws {
        let error = try #require(throws: ExpressionError.self) {
            try evaluated("1 +\n  (total - name)", #"{"total": 3, "name": "x"}"#)
        }
        #expect(error.code == "T2002")
        #expect(error.token == "-")
        #expect(error.offset == 13)
        #expect(error.position == 14)
        #expect((error.line, error.column) == (2, 10))
        #expect(error.caret() == "    (total - name)\n           ^")
        #expect(error.message == #"the right side of - must be a number, not "x""#)
    }

    @Test(
        "A text that is no expression says where",
        arguments: [
            ("total >=", "S0207", 8), ("[1, 2", "S0203", 5), ("a b", "S0201", 2), ("\"open", "S0101", 0),
            ("{\"a\": 1, }", "S0211", 9), ("1 := 2", "S0212", 0), ("/a(/", "S0302", 0), ("$x ~ 1", "S0204", 3),
        ])
    func syntaxErrors(_ text: String, _ code: String, _ offset: Int) throws {
        let error = try #require(throws: ExpressionError.self) { try Expression.compile(text) }
        #expect(error.code == code)
        #expect(error.offset == offset)
        #expect(error.errorCode == .expressionInvalid)
    }

    @Test("Time and chance come from the host")
    func host() throws {
        let host = ExpressionHost(
            wallMilliseconds: { 1_509_380_732_935 }, monotonicNanoseconds: { 0 }, randomBits: { 1 << 63 })
        #expect(try evaluated("$now()", host: host) == #""2017-10-30T16:25:32.935Z""#)
        #expect(try evaluated("$millis()", host: host) == "1509380732935")
        #expect(try evaluated("$random()", host: host) == "0.5")
        #expect(try evaluated("$now('[Y0001]/[M01]', '+1000')", host: host) == #""2017/10""#)
    }

    @Test("Bindings are seen by name, and one may take a built-in function's place")
    func bindings() throws {
        let expression = try Expression.compile(#"$meta.source & "/" & $key & "/" & $env.HOME & "/" & $tenant"#)
        let meta = try Document(#"{"source": "q"}"#)
        let key = try Document(#""k""#)
        let environment = try Document(#"{"HOME": "h"}"#)
        let value = try meta.withRoot { meta in
            try key.withRoot { key in
                try environment.withRoot { environment in
                    var bindings = ExpressionBindings(meta: meta, key: key, environment: environment)
                    bindings.bind("tenant", "t")
                    return try expression.evaluateValue(nil, bindings: bindings)
                }
            }
        }
        #expect(value == .string("q/k/h/t"))
        var bindings = ExpressionBindings()
        bindings.bind("sum", 3)
        #expect(try Expression.compile("$sum").evaluateValue(nil, bindings: bindings) == .number(3))
        #expect(throws: ExpressionError.self) {
            try Expression.compile("$sum([1])").evaluateValue(nil, bindings: bindings)
        }
    }

    @Test("A function can't be written, and what failed is taken back")
    func writing() throws {
        let arena = Arena()
        var builder = Builder(arena)
        let before = builder.count
        #expect(try Expression.compile("$sum").evaluate(nil, into: &builder) == false)
        #expect(try Expression.compile("missing").evaluate(nil, into: &builder) == false)
        #expect(throws: ExpressionError.self) {
            try Expression.compile("{'a': 1, 'b': [1, 1/0]}").evaluate(nil, into: &builder)
        }
        #expect(builder.count == before)
        builder.append(.null)
        _ = builder.finish()
    }

    @Test("The static check finds unknown functions, wrong numbers of arguments and unbound variables")
    func check() throws {
        func messages(_ text: String) throws -> [String] { try Expression.compile(text).check().map(\.message) }
        #expect(try messages("$uppercas(name)") == ["there is no function $uppercas; did you mean $uppercase?"])
        #expect(try messages("sum(a)") == ["sum is a path and no function; did you mean $sum?"])
        #expect(try messages("$power(1, 2, 3)") == ["$power takes at most 2 arguments, not 3"])
        #expect(try messages("$join()") == ["$join takes at least one argument, not 0"])
        #expect(try messages("name ~> $join(',')") == [])
        #expect(try messages("$meta.id & $key & $env.X & $tenant") == ["nothing binds the variable $tenant"])
        #expect(try messages("($f := function($x){$x}; $f(1); a@$v.b#$i.{'x': $v, 'i': $i})") == [])
        let found = try Expression.compile("1 + $nope(2)").check()
        #expect(found.first?.offset == 4)
        #expect(found.first?.length == 5)
    }

    @Test("An error of an expression becomes an error of the engine, with the place")
    func integrationError() throws {
        let error = try #require(throws: ExpressionError.self) { try evaluated("1 - name", #"{"name": "x"}"#) }
        let wrapped = IntegrationError(error, component: "route")
        #expect(wrapped.code == .expressionType)
        #expect(wrapped.nativeCode == "T2002")
        #expect(wrapped.description.contains("1 - name\n    ^"))
    }
}
