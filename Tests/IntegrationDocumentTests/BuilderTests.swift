import IntegrationDocument
import Testing

@Suite("Building")
struct BuilderTests {
    private func text(_ arena: Arena, _ root: UnsafePointer<Word>) -> String {
        String(decoding: written(arena.view(root)), as: UTF8.self)
    }

    @Test("Scalars, arrays and objects of every kind are built and written")
    func everyKind() {
        let document = Document { builder in
            let root = builder.open()
            builder.append(string: "s\"\n\u{1}é")
            let array = builder.open()
            for word in [Word.null, .true, .false] { builder.append(word) }
            builder.append(number: 1.5)
            builder.append(number: -3)
            builder.append(number: .nan)
            builder.append(string: "")
            let empty = builder.open()
            builder.close(empty, .object, count: 0)
            builder.close(array, .array, count: 8)
            builder.close(root, .object, count: 1)
        }
        #expect(document.json == #"{"s\"\n\u0001é":[null,true,false,1.5,-3,null,"",{}]}"#)
        document.withRoot { #expect($0["s\"\n\u{1}é"]?.count == 8) }
    }

    @Test("A document that outgrows its chunk moves as a whole, again and again")
    func growth() {
        let arena = Arena()
        for _ in 0..<3 {
            var builder = Builder(arena, capacity: 1)
            let root = builder.open()
            var expected: [String] = []
            for number in 0..<20_000 {
                let inner = builder.open()
                builder.append(number: Double(number))
                builder.append(.true)
                builder.close(inner, .array, count: 2)
                expected.append("[\(number),true]")
            }
            builder.close(root, .array, count: 20_000)
            #expect(builder.count == 60_001)
            #expect(text(arena, builder.finish()) == "[" + expected.joined(separator: ",") + "]")
        }
    }

    @Test("What was finished stays while others are built")
    func neighbours() {
        let arena = Arena()
        var finished: [UnsafePointer<Word>] = []
        for number in 0..<3000 {
            var builder = Builder(arena, capacity: 2)
            let root = builder.open()
            for _ in 0..<(number % 7) { builder.append(number: Double(number)) }
            builder.close(root, .array, count: number % 7)
            finished.append(builder.finish())
        }
        for (number, root) in finished.enumerated() {
            let elements = Array(repeating: "\(number)", count: number % 7)
            #expect(text(arena, root) == "[" + elements.joined(separator: ",") + "]")
        }
    }

    @Test("Taking back to a mark forgets what was behind it, and an abandoned document leaves nothing")
    func rewind() {
        let arena = Arena()
        var builder = Builder(arena)
        let root = builder.open()
        builder.append(.true)
        let mark = builder.count
        let inner = builder.open()
        builder.append(.null)
        builder.close(inner, .array, count: 1)
        builder.rewind(to: mark)
        builder.append(.false)
        builder.close(root, .array, count: 2)
        let first = builder.finish()
        var abandoned = Builder(arena)
        abandoned.append(.null)
        _ = consume abandoned
        var second = Builder(arena)
        second.append(.true)
        #expect(text(arena, second.finish()) == "true")
        #expect(text(arena, first) == "[true,false]")
    }

    @Test("Values of the same arena are copied with all that is in them")
    func copies() throws {
        let arena = Arena()
        let source = #"{"a":[1,{"b":"x\ny"}],"c":2.50}"#
        arena.attach(ByteBlock(source), as: Arena.sourceBase)
        let parsed = try arena.parse(Slice(base: 0, offset: 0, length: source.utf8.count))
        let inner = try #require(arena.view(parsed)["a"])
        var builder = Builder(arena, capacity: 1)
        let root = builder.open()
        builder.copy(inner.pointer)
        builder.copy(parsed)
        builder.append(Word.null)
        builder.close(root, .array, count: 3)
        #expect(text(arena, builder.finish()) == #"[[1,{"b":"x\ny"}],{"a":[1,{"b":"x\ny"}],"c":2.50},null]"#)
    }

    @Test("Values of another arena take their bytes along, whatever becomes of it")
    func foreignCopies() throws {
        let target = Arena()
        var builder = Builder(target)
        let root = builder.open()
        for number in 0..<200 {
            let document = try Document(
                #"{"n":\#(number).50,"t":"text \#(number) \u00e9","l":[true,false,null,[],{}]}"#)
            document.withRoot { builder.copy(foreign: $0) }
        }
        builder.close(root, .array, count: 200)
        let expected = (0..<200).map { #"{"n":\#($0).50,"t":"text \#($0) \u00e9","l":[true,false,null,[],{}]}"# }
        #expect(text(target, builder.finish()) == "[" + expected.joined(separator: ",") + "]")
    }

    @Test("A document copied out of a batch outlives it")
    func copying() throws {
        var copy: Document?
        do {
            let document = try Document(#"[{"a":"b"},1.0]"#)
            copy = document.withRoot { Document(copying: $0) }
        }
        #expect(copy?.json == #"[{"a":"b"},1.0]"#)
    }

    @Test("Literals are interned once and written as they are")
    func literals() throws {
        let literals = Literals()
        let key = literals.string("id")
        #expect(literals.string("id") == key)
        #expect(literals.string("ID") != key)
        let quote = literals.string("say \"hi\"\n")
        let number = literals.number("10.50")
        #expect(number.kind == .decimal)
        #expect(literals.number("-7").kind == .integer)
        #expect(literals.string("10.50") != number)
        let value = try Document(#"{"deep":[1,"\u0061",{"x":null}]}"#).withRoot { literals.value($0) }
        let nothing = literals.string("")
        let name = literals.string("v")
        let arena = Arena()
        arena.attach(literals.block(), as: Arena.literalBase)
        var builder = Builder(arena)
        let root = builder.open()
        builder.append(key)
        builder.append(quote)
        builder.append(nothing)
        builder.append(number)
        builder.append(name)
        builder.copy(words: value)
        builder.close(root, .object, count: 3)
        let built = builder.finish()
        #expect(text(arena, built) == #"{"id":"say \"hi\"\n","":10.50,"v":{"deep":[1,"\u0061",{"x":null}]}}"#)
        #expect(arena.view(built)["id"]?.string == "say \"hi\"\n")
    }

    @Test("Strings made at run time are escaped where JSON demands it")
    func madeStrings() throws {
        let arena = Arena()
        for text in [
            "", "plain", "\"", "\\", "\u{0}\u{1F}\u{7F}", "\n\t\r\u{8}\u{C}", "é日😀",
            String(repeating: "ab\"", count: 500),
        ] {
            let view = arena.view(of: arena.makeString(text))
            #expect(view.string == text)
            try Document(written(view)).withRoot { #expect($0.string == text) }
        }
    }
}
