import IntegrationDocument
import Testing

@testable import IntegrationTransforms

@Suite("Mappings")
struct MappingTests {
    private static let inputs = [
        #"{"id": "o1", "total": 3194.0, "who": {"id": 7, "deep": {"x": [1]}}, "items": [{"p": "a", "q": 1}, {"p": "b"}]}"#,
        #"{"id": "o2", "items": [{"p": "a", "q": 1}]}"#, #"{"id": null, "items": []}"#, #"{"items": {"p": "a"}}"#,
        #"{"items": [[{"p": "a"}], {"p": 2}]}"#, #"{"items": [1, "x", null]}"#, #"{"items": 5, "who": [{"id": 1}]}"#,
        #"[{"id": 1}, {"id": 2}]"#, "{}", "5", "null", #"{"who": {"deep": 4}, "items": [{"p": {"p": [2]}}]}"#,
    ]

    private static let mappings = [
        #"{"id": id, "n": total, "who": {"id": who.id, "none": nothing}, "items": items.{"p": p, "q": q}}"#,
        #"{"x": who.deep.x, "items": items[].{"p": p.p}, "one": 1, "yes": true, "text": "t\"", "nil": null}"#,
        #"{"sum": $sum(items.q), "first": items[0].p, "f": $sum, "in": {"a": {"b": {"c": id}}}}"#,
        #"{"a": id, "b": [id, total], "c": items.{"p": p, "n": $string(q), "root": $$.id}, "d": {}}"#,
        #"{"p": items[q > 0].p, "o": items[p = "a"].{"p": p, "n": q * 2}, "l": items[-1].{"p": p}, "k": items[].p}"#,
        #"{"t": id & "-" & total & nothing, "u": $uppercase(id), "c": total > 5 ? "big" : "small", "a": [id, items, 1]}"#,
        #"{"s": $sum(items.(q * 2)), "n": $count(items), "m": $max(items[q > 0].q), "e": $exists(who), "d": nothing ?? id}"#,
        #"{"w": who.(id & "!"), "i": id in ["o1", 2], "g": who.deep.x.y, "k": who[], "r": $round(total / 7), "h": -total}"#,
        #"{"v": ($x := id; $x), "w": $x, "who": who.{"id": id, "deep": deep.{"x": x}}}"#, "{}",
    ]

    @Test("The short way writes what the whole evaluation gives", arguments: mappings)
    func agreement(_ text: String) throws {
        let literals = Literals()
        let quick = try Expression.compile(text, literals: literals)
        let whole = try Expression.compile(text)
        #expect(quick.mapping != nil)
        #expect(whole.mapping == nil)
        for input in Self.inputs {
            let (arena, view) = try parse(input, literals)
            let expected = json { builder throws(ExpressionError) in try whole.evaluate(view, into: &builder) }
            let local = json(arena) { builder throws(ExpressionError) in try quick.evaluate(view, into: &builder) }
            #expect(local == expected, "\(text) over \(input)")
            let other = Arena()
            other.attach(literals.block(), as: Arena.literalBase)
            let foreign = json(other) { builder throws(ExpressionError) in try quick.evaluate(view, into: &builder) }
            #expect(foreign == expected, "\(text) over \(input)")
        }
    }

    @Test("A function that the caller binds stands before the built-in one in the short way too")
    func boundFunction() throws {
        let literals = Literals()
        let quick = try Expression.compile(#"{"n": $sum(items.q)}"#, literals: literals)
        let (arena, view) = try parse(Self.inputs[0], literals)
        let code = json(arena) { builder throws(ExpressionError) in
            var bindings = ExpressionBindings()
            bindings.bind("sum", "no function")
            return try quick.evaluate(view, bindings: bindings, into: &builder)
        }
        #expect(code == "T1006")
    }

    @Test("A mapping that makes more text than its budget allows is stopped")
    func textBudget() throws {
        let literals = Literals()
        let quick = try Expression.compile(#"{"t": a & a & a & a}"#, literals: literals)
        let (arena, view) = try parse("{\"a\": \"" + String(repeating: "x", count: 400) + "\"}", literals)
        let written = json(arena) { builder throws(ExpressionError) in
            try quick.evaluate(view, budget: ExpressionBudget(outputBytes: 1000), into: &builder)
        }
        #expect(written == "U1002")
    }

    private func parse(_ input: String, _ literals: Literals) throws -> (Arena, View) {
        let block = ByteBlock(input)
        let arena = Arena()
        arena.attach(block, as: Arena.sourceBase)
        arena.attach(literals.block(), as: Arena.literalBase)
        return (arena, arena.view(try arena.parse(Slice(base: Arena.sourceBase, offset: 0, length: block.count))))
    }

    private func json(
        _ arena: Arena = Arena(), _ body: (inout Builder) throws(ExpressionError) -> Bool
    ) -> String {
        var builder = Builder(arena)
        do throws(ExpressionError) {
            guard try body(&builder) else { return "nothing" }
        } catch {
            return error.code
        }
        var out = OutputBuffer()
        out.append(arena.view(builder.finish()))
        return out.withBytes { String(decoding: $0, as: UTF8.self) }
    }
}
