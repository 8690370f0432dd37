import IntegrationPatterns
import Testing

@Suite("I-Regexp")
struct InteroperablePatternTests {
    @Test(
        "What the grammar of RFC 9485 allows is translated",
        arguments: [
            ("a.*", #"a[^\n\r]*"#), ("[.]", "[.]"), (#"a\.b"#, #"a\.b"#), ("(a|b)+c?", "(a|b)+c?"),
            ("a{2}b{1,}c{1,3}", "a{2}b{1,}c{1,3}"),
            (#"\p{Lu}\P{L}[\p{Nd}-]"#, #"\p{Lu}\P{L}[\p{Nd}-]"#), ("[^-a-z]", "[^-a-z]"), ("", ""), ("a||b", "a||b"),
            ("()", "()"),
            (#"[\[\]\^\-]"#, #"[\[\]\^\-]"#), ("ä€", "ä€"),
        ])
    func allowed(_ text: String, _ translated: String) {
        #expect(InteroperablePattern.translate(text) == translated)
    }

    @Test(
        "What it does not allow is refused",
        arguments: [
            #"\d"#, #"\w+"#, "(?:a)", "(?=a)", "a+?", "a**", "*a", "a{,2}", "a{", "[", "[]", "[a-]]", "(a", "a)",
            #"\bx"#, #"\1"#, "]", "}",
            #"\p{Greek}"#, #"\p{Lx}"#, "[[:alpha:]]", #"\u0041"#, "[a--b]", #"\"#,
        ])
    func refused(_ text: String) {
        #expect(InteroperablePattern.translate(text) == nil)
    }
}
