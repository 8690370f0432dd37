import Testing

@testable import IntegrationTransforms

@Suite("JSON Merge Patch")
struct MergePatchTests {
    @Test(
        "The examples of RFC 7396, appendix A and section 3",
        arguments: [
            (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
            (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
            (#"{"a":"b"}"#, #"{"a":null}"#, "{}"),
            (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
            (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
            (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
            (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
            (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#),
            (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
            (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#),
            (#"{"a":"foo"}"#, "null", "null"),
            (#"{"a":"foo"}"#, #""bar""#, #""bar""#),
            (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#),
            ("[1,2]", #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
            ("{}", #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
            (
                #"{"title":"Goodbye!","author":{"givenName":"John","familyName":"Doe"},"tags":["example","sample"],"content":"x"}"#,
                #"{"title":"Hello!","phoneNumber":"+01-123-456-7890","author":{"familyName":null},"tags":["example"]}"#,
                #"{"title":"Hello!","author":{"givenName":"John"},"tags":["example"],"content":"x","phoneNumber":"+01-123-456-7890"}"#
            ),
        ])
    func appendix(_ document: String, _ patch: String, _ expected: String) throws {
        #expect(try merged(document, patch) == expected)
    }

    @Test("Names with escapes are the same names, numbers stay as they are written, order stays")
    func details() throws {
        #expect(
            try merged(#"{"b":1.0,"ä\n":2,"a":[null,{"x":null}]}"#, #"{"\u00e4\u000a":3}"#)
                == #"{"b":1.0,"ä\n":3,"a":[null,{"x":null}]}"#)
    }

    @Test("Of members of one name the last counts, in the patch as in the document")
    func repeated() throws {
        #expect(try merged("{}", #"{"a":1,"a":null,"b":null,"b":{"c":null,"d":2}}"#) == #"{"b":{"d":2}}"#)
        #expect(try merged(#"{"a":1,"a":2,"b":3}"#, #"{"a":null,"b":{"x":1,"x":2}}"#) == #"{"b":{"x":2}}"#)
    }

    @Test("Many members on both sides take time that grows with their number, not with its square")
    func large() throws {
        let count = 100_000
        let document = "{" + (0..<count).map { #""m\#($0)":1"# }.joined(separator: ",") + "}"
        let patch = "{" + (0..<count).map { #""m\#($0)":\#($0 % 2 == 0 ? "null" : "2")"# }.joined(separator: ",") + "}"
        let rest = "{" + (0..<count).filter { $0 % 2 == 1 }.map { #""m\#($0)":2"# }.joined(separator: ",") + "}"
        let started = ContinuousClock.now
        #expect(try merged(document, patch) == rest)
        #expect(ContinuousClock.now - started < .seconds(20))
    }
}
