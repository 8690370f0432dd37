import Glibc
import Testing

@Suite("Evaluating in batches")
struct BatchEvaluationTests {
    private func answers(_ requests: [String]) throws -> [String] {
        let folder = try Folder()
        let result = try Executable.run(
            ["eval", "--batch"], input: requests.joined(separator: "\n"), in: folder)
        #expect(result.status == 0, "\(result.words)")
        return result.output.split(separator: "\n").map(String.init)
    }

    @Test(
        "Each language answers as its request asks",
        arguments: [
            (#"{"language":"jsonata","expression":"a + 1","input":{"a":1}}"#, #"{"result":2}"#),
            (#"{"language":"jsonata","expression":"b","input":{"a":1}}"#, #"{"undefined":true}"#),
            (#"{"language":"jsonata","expression":"$x * 2","bindings":{"x":21}}"#, #"{"result":42}"#),
            (#"{"language":"jsonata","expression":"null"}"#, #"{"result":null}"#),
            (
                #"{"language":"jsonpath","expression":"$..a","input":{"a":1,"b":[{"a":2}]}}"#,
                #"{"result":[1,2],"paths":["$['a']","$['b'][0]['a']"]}"#
            ),
            (#"{"language":"jsonpath","expression":"$.x","input":[]}"#, #"{"result":[],"paths":[]}"#),
            (
                #"{"language":"template","mapping":{"id":"$.a","x":"{{ a + 1 }}","l":"$.b[*]"},"input":{"a":1.0,"b":[2]}}"#,
                #"{"result":{"id":1.0,"x":2,"l":[2]}}"#
            ),
            (
                #"{"language":"json_schema","schema":{"properties":{"a":{"type":"string"}}},"input":{"a":1}}"#,
                #"{"valid":false,"errors":[{"instance":"/a","schema":"/properties/a/type","message":"$.a must be a string, but is 1"}]}"#
            ),
            (
                #"{"language":"json_schema","schema":{"$ref":"http://x/y"},"input":{},"resources":{"http://x/y":{"type":"object"}}}"#,
                #"{"valid":true}"#
            ),
            // Draft 4 has a boolean `exclusiveMinimum`, where later ones have a number.
            (
                #"{"language":"json_schema","schema":{"minimum":1,"exclusiveMinimum":true},"input":1,"draft":"4"}"#,
                #"{"valid":false,"errors":[{"instance":"","schema":"/minimum","message":"$ must be greater than 1, but is 1"}]}"#
            ),
            (
                #"{"language":"json_schema","schema":{"format":"date"},"input":"x"}"#, #"{"valid":true}"#
            ),
            // Draft 7 leaves it to the validator whether contents are looked at, later ones forbid it.
            (
                #"{"language":"json_schema","schema":{"contentEncoding":"base64"},"input":"?","draft":"7"}"#,
                #"{"valid":false,"errors":[{"instance":"","schema":"/contentEncoding","message":"$ must hold base64, but is \"?\""}]}"#
            ),
            (#"{"language":"json_schema","schema":{"contentEncoding":"base64"},"input":"?"}"#, #"{"valid":true}"#),
            (
                #"{"language":"json_patch","patch":[{"op":"move","from":"/a","path":"/b/0"}],"input":{"a":1.0,"b":[2]}}"#,
                #"{"result":{"b":[1.0,2]}}"#
            ),
            (
                #"{"language":"merge_patch","patch":{"a":null,"c":{"d":"{{ 1 }}"}},"input":{"a":1}}"#,
                #"{"result":{"c":{"d":"{{ 1 }}"}}}"#
            ),
            (
                #"{"language":"json_patch","patch":[{"op":"test","path":"/a","value":2}],"input":{"a":1}}"#,
                #"{"error":{"code":"IE2703","message":"patch[0] (test /a): the value there is another one: 1"}}"#
            ),
            (
                #"{"language":"json","operation":"parse","input_base64":"eyJhIjoxLCJhIjoyLCJiIjoxZTUwMH0="}"#,
                #"{"result":{"a":2,"b":1e500}}"#
            ),
            (
                #"{"language":"json","operation":"canonical","input_base64":"eyJiIjogMS4wLCAiYSI6ICJcdTAwZTkifQ=="}"#,
                #"{"result_base64":"eyJhIjoiw6kiLCJiIjoxfQ=="}"#
            ),
            (
                #"{"language":"yaml","input_base64":"YTogMQpiOiBbbm8sIHRydWVdCg=="}"#,
                #"{"result":{"a":1,"b":["no",true]}}"#
            ),
        ])
    func languages(_ request: String, _ answer: String) throws {
        #expect(try answers([request]) == [answer])
    }

    @Test(
        "An error has a code, a sentence and a place",
        arguments: [
            (#"{"language":"jsonata","expression":"'ü' & ("}"#, "S0203", 7),
            (#"{"language":"jsonata","expression":"$f(1)"}"#, "T1006", 3),
            (#"{"language":"jsonpath","expression":"$.é[","input":{}}"#, "IE2101", 4),
            (#"{"language":"json","operation":"parse","input_base64":"eyJhIjp9"}"#, "IE2001", 5),
            (#"{"language":"yaml","input_base64":"YTogMQphOiAyCg=="}"#, "IE1002", 5),
            (#"not json"#, "IE4601", 0),
        ] as [(String, String, Int)])
    func errors(_ request: String, _ code: String, _ position: Int) throws {
        let answer = try #require(try answers([request]).first)
        #expect(answer.hasPrefix("{\"error\":{\"code\":\"\(code)\",\"message\":\""), "\(answer)")
        #expect(answer.hasSuffix(",\"position\":\(position)}}"), "\(answer)")
    }

    @Test("Endless recursion ends within its limit of time, and the next request is answered")
    func budget() throws {
        let requests = [
            #"{"language":"jsonata","expression":"($f := function($n){$f($n+1)}; $f(1))","timelimit":100}"#,
            #"{"language":"cobol"}"#, "", #"{"language":"jsonata","expression":"1"}"#,
        ]
        let answers = try answers(requests)
        #expect(answers.count == 3)
        #expect(answers[0].hasPrefix(#"{"error":{"code":"U1001""#))
        #expect(answers[1].contains("cobol"))
        #expect(answers[2] == #"{"result":1}"#)
    }

    @Test("An answer comes as soon as the input pauses")
    func flushes() throws {
        let folder = try Folder()
        var request: [Int32] = [-1, -1]
        try #require(pipe(&request) == 0)
        for end in request { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let child = try Child(
            ["eval", "--batch"], folder: folder, input: "/proc/\(getpid())/fd/\(request[0])",
            output: folder.path("out"), words: .file(folder.path("words")))
        let line = #"{"language":"jsonata","expression":"1"}"# + "\n"
        try #require(write(request[1], line, line.utf8.count) == line.utf8.count)
        var seen = ""
        for _ in 0..<200 where seen.isEmpty {
            _ = poll(nil, 0, 50)
            seen = try Folder.read(folder.path("out"))
        }
        #expect(seen == "{\"result\":1}\n")
        close(request[1])
        close(request[0])
        #expect(child.wait() == 0)
    }
}
