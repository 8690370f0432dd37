import IntegrationDocument
import Testing

@Suite("Places of faults")
struct ErrorPlacesTests {
    struct Golden: Sendable, CustomTestStringConvertible {
        var text: String
        var reason: ParseError.Reason
        var offset: Int
        var line = 1
        var column: Int
        var testDescription: String { "\(text.debugDescription) \(reason)" }
    }

    private static let cases: [Golden] = [
        Golden(text: "", reason: .empty, offset: 0, column: 1),
        Golden(text: " \n ", reason: .empty, offset: 0, column: 1),
        Golden(text: "{\n  \"a\": \"x\n\"}", reason: .controlCharacter, offset: 11, line: 2, column: 10),
        Golden(text: "[\n\"é\", \"abc]", reason: .unclosedString, offset: 8, line: 2, column: 6),
        Golden(text: "[\"é\\q\"]", reason: .invalidEscape, offset: 4, column: 4),
        Golden(text: "[\"\\u12x4\"]", reason: .invalidEscape, offset: 2, column: 3),
        Golden(text: "{\"a\\\\\\z\":1}", reason: .invalidEscape, offset: 5, column: 6),
        Golden(text: "\"\\x\"", reason: .invalidEscape, offset: 1, column: 2),
        Golden(text: "[1,\n 01]", reason: .invalidNumber, offset: 5, line: 2, column: 2),
        Golden(text: "[-]", reason: .invalidNumber, offset: 1, column: 2),
        Golden(text: "1.", reason: .invalidNumber, offset: 0, column: 1),
        Golden(text: "[1e999]", reason: .numberOutOfRange, offset: 1, column: 2),
        Golden(text: "1e999", reason: .numberOutOfRange, offset: 0, column: 1),
        Golden(text: "{\"a\":\ttru}", reason: .invalidLiteral, offset: 6, column: 7),
        Golden(text: "[x]", reason: .invalidLiteral, offset: 1, column: 2),
        Golden(text: "nulll", reason: .invalidLiteral, offset: 0, column: 1),
        Golden(text: "[1,2", reason: .unexpectedEnd, offset: 4, column: 5),
        Golden(text: "{\"a\"", reason: .unexpectedEnd, offset: 4, column: 5),
        Golden(text: "{\"a\":", reason: .unexpectedEnd, offset: 5, column: 6),
        Golden(text: "{\"a\":1,", reason: .unexpectedEnd, offset: 7, column: 8),
        Golden(text: "[1,", reason: .unexpectedEnd, offset: 3, column: 4),
        Golden(text: "[{\n", reason: .unexpectedEnd, offset: 3, line: 2, column: 1),
        Golden(text: "[", reason: .unexpectedEnd, offset: 1, column: 2),
        Golden(text: "{\"a\":1,}", reason: .expectedKey, offset: 7, column: 8),
        Golden(text: "{1:2}", reason: .expectedKey, offset: 1, column: 2),
        Golden(text: "{\"a\" 1}", reason: .expectedColon, offset: 5, column: 6),
        Golden(text: "{\"a\",1}", reason: .expectedColon, offset: 4, column: 5),
        Golden(text: "[1 2]", reason: .expectedCommaOrEnd, offset: 3, column: 4),
        Golden(text: "[1}", reason: .expectedCommaOrEnd, offset: 2, column: 3),
        Golden(text: "{\"a\":1]", reason: .expectedCommaOrEnd, offset: 6, column: 7),
        Golden(text: "[\"a\"\"b\"]", reason: .expectedCommaOrEnd, offset: 4, column: 5),
        Golden(text: "[1,]", reason: .expectedValue, offset: 3, column: 4),
        Golden(text: "[,]", reason: .expectedValue, offset: 1, column: 2),
        Golden(text: "{\"a\":}", reason: .expectedValue, offset: 5, column: 6),
        Golden(text: "]", reason: .expectedValue, offset: 0, column: 1),
        Golden(text: "[]]", reason: .trailingContent, offset: 2, column: 3),
        Golden(text: "{}\n{}", reason: .trailingContent, offset: 3, line: 2, column: 1),
        Golden(text: "1 2", reason: .trailingContent, offset: 2, column: 3),
        Golden(text: "\"a\"\"b\"", reason: .trailingContent, offset: 3, column: 4),
        Golden(text: "{\"é\":1,\"b\":2,\n\"é\":3}", reason: .duplicateKey, offset: 15, line: 2, column: 1),
        Golden(text: "{\"a\":1,\"\\u0061\":2}", reason: .duplicateKey, offset: 7, column: 8),
        Golden(text: "{\"\\u0061\":1,\"a\":2}", reason: .duplicateKey, offset: 12, column: 13),
    ]

    @Test("The first fault is named with its byte, line and column", arguments: cases)
    func golden(_ golden: Golden) {
        let bench = Bench()
        for behind in ["", "]", "}", ",", "\"", ":", "1"] {
            let result = bench.parse(Array(golden.text.utf8), policy: .strict, behind: Array(behind.utf8))
            guard case .failure(let error) = result else {
                Issue.record("\(golden.text) was accepted before \(behind)")
                return
            }
            #expect(error.reason == golden.reason)
            #expect(error.offset == golden.offset)
            #expect(error.line == golden.line)
            #expect(error.column == golden.column)
        }
    }

    @Test("A byte that is not UTF-8 is named with its place")
    func utf8Place() {
        guard case .failure(let error) = Bench().parse([0x5B, 0x0A, 0x22, 0xC3, 0xA9, 0xFF, 0x22, 0x5D]) else {
            Issue.record("it was accepted")
            return
        }
        #expect(error.reason == .invalidUTF8)
        #expect((error.offset, error.line, error.column) == (5, 2, 3))
    }

    @Test("The sentence names reason, detail and place")
    func sentence() throws {
        let error = try #require(throws: ParseError.self) { try Document("{\"id\":1,\n\"id\":2}") }
        #expect("\(error)" == "the same key stands twice in one object (\"id\") at line 2, column 1 (byte 9)")
        let deep = try #require(throws: ParseError.self) {
            try Document("[[[1]]]", policy: ParsePolicy(maximumDepth: 2))
        }
        #expect(
            "\(deep)"
                == "arrays and objects are nested too deeply (the limit is 2 levels) at line 1, column 3 (byte 2)")
        let large = try #require(throws: ParseError.self) { try Document("[1,2]", policy: ParsePolicy(maximumSize: 4)) }
        #expect(
            "\(large)"
                == "the text is larger than the limit (5 bytes, the limit is 4) at line 1, column 1 (byte 0)")
    }
}
