import IntegrationCore
import IntegrationTransforms
import Testing

@Suite("JSON Schema: patterns of ECMA-262")
struct ECMAScriptPatternTests {
    @Test(
        "Patterns mean what ECMA-262 says",
        arguments: [
            (#"^a$"#, "a\\n", false), (#"^\\s$"#, "\u{FEFF}", true), (#"^\\S$"#, "\u{FEFF}", false),
            (#"^[\\s-]$"#, "-", true), (#"^[^\\s]$"#, "\u{2003}", false), (#"^[\\S]$"#, "\u{3000}", false),
            (#"^[\\S]$"#, "\u{1F600}", true), (#"^.$"#, "\u{2028}", false), (#"^.$"#, "\u{1F600}", true),
            (#"^\\u{1F600}$"#, "\u{1F600}", true), (#"^\\uD83D\\uDE00$"#, "\u{1F600}", true),
            (#"^[\\uD83D\\uDE00-\\uD83D\\uDE4F]$"#, "\u{1F601}", true), (#"^\\x41\\cI\\0$"#, "A\\t\\u0000", true),
            (#"^\\p{Script=Greek}+$"#, "αβγ", true), (#"^\\p{Lu}\\P{Uppercase_Letter}$"#, "Éé", true),
            (#"^[\\p{L}\\d]+$"#, "é٣", false), (#"^(?<y>\\d{2})-\\k<y>$"#, "12-12", true), (#"^(a)\\1$"#, "aa", true),
            (#"^a{,2}$"#, "a{,2}", true), (#"^[[:alpha:]]$"#, "a]", true), (#"^[\\w-.]+$"#, "a-b.c", true),
            (#"^\\/\\-\\@$"#, "/-@", true), (#"^[^]$"#, "\\n", true), (#"^[]$"#, "a", false),
            (#"(?<!a)b"#, "ab", false),
            (#"^[\\b]$"#, "\\b", true), (#"^\\d$"#, "٣", false), (#"^\\w$"#, "é", false), (#"a++"#, "a", nil as Bool?),
            (#"(?i)a"#, "a", nil), (#"(?P<a>b)"#, "b", nil), (#"\\Qa\\E"#, "a", nil), (#"(*ACCEPT)"#, "", nil),
            (#"(?>a)"#, "a", nil), (#"\\2(a)"#, "a", nil), (#"\\p{Foo}"#, "a", nil), (#"\\p{Greek}"#, "α", nil),
            (#"\\01"#, "a", nil), (#"\\u{110000}"#, "a", nil), (#"[a"#, "a", nil), (#"(?#x)"#, "", nil),
        ])
    func meaning(_ pattern: String, _ text: String, _ expected: Bool?) throws {
        let schema = #"{"pattern":"\#(pattern)"}"#
        if let expected {
            #expect(try isValid(schema, "\"\(text)\"") == expected)
        } else {
            let error = try #require(throws: SchemaError.self) { try compiled(schema) }
            #expect(error.problems.map(\.code.id) == ["IE2232"])
        }
    }
}
