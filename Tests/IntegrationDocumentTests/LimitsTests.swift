import Glibc
import IntegrationDocument
import Testing

@Suite("Limits")
struct LimitsTests {
    private func nested(_ levels: Int) -> String {
        String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
    }

    @Test("Flows read 128 levels, the lenient policy 1,024, and nobody asks for more")
    func depth() throws {
        #expect(try Document(nested(128)).json == nested(128))
        #expect(reason(nested(129)) == .tooDeep)
        #expect(try Document(nested(1024), policy: .lenient).json == nested(1024))
        #expect(reason(nested(1025), policy: .lenient) == .tooDeep)
        #expect(ParsePolicy(maximumDepth: 5000).maximumDepth == 1024)
        let objects = String(repeating: "{\"a\":", count: 128) + "1" + String(repeating: "}", count: 128)
        #expect(try Document(objects).json == objects)
        #expect(reason("{\"a\":" + objects + "}") == .tooDeep)
    }

    @Test("Twenty thousand open brackets are refused at the limit")
    func bracketBomb() {
        for opening in ["[", "{\"a\":", "[{\"a\":"] {
            #expect(reason(String(repeating: opening, count: 20_000), policy: .lenient) == .tooDeep)
        }
    }

    @Test("A limit of one level and of none")
    func smallDepths() throws {
        #expect(try Document("[1]", policy: ParsePolicy(maximumDepth: 1)).json == "[1]")
        #expect(reason("[[]]", policy: ParsePolicy(maximumDepth: 1)) == .tooDeep)
        #expect(try Document("1", policy: ParsePolicy(maximumDepth: 0)).json == "1")
        #expect(reason("[]", policy: ParsePolicy(maximumDepth: 0)) == .tooDeep)
    }

    @Test("Built documents may be deeper than read ones, and are still written")
    func deepBuilt() {
        let document = Document { builder in
            var marks: [Int] = []
            for _ in 0..<5000 { marks.append(builder.open()) }
            for mark in marks.reversed() { builder.close(mark, .array, count: mark == 4999 ? 0 : 1) }
        }
        #expect(document.json == nested(5000))
    }

    @Test("A text of the largest size is read, one byte more is refused")
    func size() throws {
        #expect(try Document("[1,22]", policy: ParsePolicy(maximumSize: 6)).json == "[1,22]")
        #expect(reason("[1,222]", policy: ParsePolicy(maximumSize: 6)) == .tooLarge)
        let filler = [UInt8](repeating: UInt8(ascii: "x"), count: Word.maximumLength - 2)
        let quote = [UInt8(ascii: "\"")]
        let largest = try Document(quote + filler + quote)
        largest.withRoot { #expect($0.word.length == Word.maximumLength - 2) }
        let error = try #require(throws: ParseError.self) { try Document(quote + filler + [0x78] + quote) }
        #expect(error.reason == .tooLarge)
        #expect(ParsePolicy(maximumSize: 1 << 30).maximumSize == Word.maximumLength)
    }

    @Test("A string longer than a word can span is no value")
    func longStrings() {
        let arena = Arena()
        let long = String(repeating: "x", count: Word.maximumLength + 1)
        #expect(arena.makeString(long) == .missing)
        #expect(arena.makeString(String(long.dropLast())).length == Word.maximumLength)
        #expect(arena.makeString(String(repeating: "\n", count: 1 << 23)) == .missing)
    }

    @Test("The same key twice is refused or the last one wins, also behind escapes")
    func duplicates() throws {
        let texts = [
            #"{"a":1,"a":2}"#, #"{"a":1,"\u0061":2}"#, #"{"\u0061":1,"a":2}"#, #"{"\u0061":1,"\u0061":2}"#,
            #"{"a":1,"b":[{"a":3}],"a":2}"#, #"{"a": 1, "x":{"a":5}, "a" :2}"#, #"{"a":1,"bb":0,"c":0,"a":2}"#,
        ]
        for text in texts {
            #expect(reason(text) == .duplicateKey, "\(text)")
            try Document(text, policy: .lenient).withRoot { #expect($0["a"]?.integer == 2, "\(text)") }
        }
        #expect(reason(#"{"":1,"" :2}"#) == .duplicateKey)
        #expect(reason(#"[{"x":{"k":{"a":1,"b":2,"a":3}}}]"#) == .duplicateKey)
        for text in [#"{"a":{"a":{"a":1}}}"#, #"[{"a":1},{"a":2}]"#, #"{"ab":1,"ba":2,"aab":3,"aba":4,"bab":5}"#] {
            #expect(try Document(text).json == text)
        }
    }

    @Test(
        "Every place of a key that stands twice is found, among few and among many members",
        arguments: [2, 31, 32, 33, 34, 100])
    func duplicatePlaces(count: Int) {
        for first in stride(from: 0, to: count - 1, by: max(1, count / 10)) {
            for second in (first + 1)..<count {
                let members = (0..<count).map { "\"key\($0 == second ? first : $0)\":{\"key\(first)\":0}" }
                #expect(reason("{" + members.joined(separator: ",") + "}") == .duplicateKey, "\(first) \(second)")
            }
        }
        let members = (0..<count).map { "\"key\($0)\":\($0)" }
        #expect(reason("{" + members.joined(separator: ",") + "}") == nil)
    }

    @Test("A hundred thousand keys take the time of their number, not of its square")
    func manyKeys() throws {
        func text(_ count: Int, _ tail: String) -> String {
            "{" + (0..<count).map { "\"k\($0)\":0" }.joined(separator: ",") + tail + "}"
        }
        let small = text(10_000, "")
        let large = text(100_000, "")
        /// Seconds of processor time: what else the machine does is not reckoned.
        func time(_ text: String) throws -> Double {
            let started = clock()
            _ = try Document(text)
            return Double(max(1, clock() - started)) / Double(CLOCKS_PER_SEC)
        }
        var ratios: [Double] = []
        for _ in 0..<3 {
            let short = try time(small)
            let long = try time(large)
            ratios.append(long / short)
        }
        // Ten times the keys: the square would be a hundred.
        #expect(ratios.min() ?? 100 < 50)
        #expect(reason(text(100_000, ",\"k99999\":1")) == .duplicateKey)
        let error = try #require(throws: ParseError.self) { try Document(text(100_000, ",\"\\u006b0\":1")) }
        #expect(error.detail == "\"k0\"")
        #expect(try Document(large) == Document(large))
    }
}
