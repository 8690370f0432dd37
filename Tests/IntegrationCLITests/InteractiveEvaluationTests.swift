import IntegrationDocument
import Testing

@testable import IntegrationCLI

@Suite("Evaluating interactively", .timeLimit(.minutes(2)))
struct InteractiveEvaluationTests {
    private func session() throws -> ExpressionSession {
        ExpressionSession(input: try Document(#"{"a": [1, 2, 3], "name": "é"}"#))
    }

    @Test("Each line is answered; variables are kept from line to line")
    func lines() throws {
        var session = try session()
        #expect(session.take("$sum(a)") == .value("6"))
        #expect(session.take("$x := $sum(a) * 2") == .value("12"))
        #expect(session.take("$y := {\"x\": $x}") == .value(#"{"x":12}"#))
        #expect(session.take("$x := $x + 1") == .value("13"))
        #expect(session.take("$x + $y.x") == .value("25"))
        #expect(session.take(":variables") == .words("$y := {\"x\":12}\n$x := 13"))
        #expect(session.take("nope") == .words("no value"))
        #expect(session.take("") == .words(""))
        #expect(
            session.take("$f := function($n) { $n }")
                == .failed("$f keeps values; a function or nothing can't be kept from line to line"))
    }

    @Test("An expression that is not whole goes on in the next line, or is given up by an empty one")
    func unfinished() throws {
        var session = try session()
        #expect(session.take("$sum(") == .unfinished)
        #expect(session.goesOn)
        #expect(session.take("  a)") == .value("6"))
        #expect(session.take("'abc") == .unfinished)
        #expect(session.take("") == .words(""))
        #expect(!session.goesOn)
        #expect(session.take("1") == .value("1"))
    }

    @Test("A mistake has its line and a caret, and ends nothing")
    func mistakes() throws {
        var session = try session()
        guard case .failed(let text) = session.take("name & (1 - name)") else {
            Issue.record("it did not fail")
            return
        }
        #expect(text.contains("T2002"))
        #expect(text.contains("\n  name & (1 - name)\n            ^"))
        #expect(session.take("name") == .value("\"é\""))
    }

    @Test("Commands read another input, help, and end")
    func commands() throws {
        let folder = try Folder()
        try folder.write("other.json", #"{"b": 1}"#)
        var session = try session()
        #expect(session.take(":input \(folder.path("other.json"))") == .words("input: \(folder.path("other.json"))"))
        #expect(session.take("b") == .value("1"))
        #expect(session.take(":input") == .value(#"{"b":1}"#))
        guard case .failed(let missing) = session.take(":input nope.json") else {
            Issue.record("it did not fail")
            return
        }
        #expect(missing.contains("nope.json: No such file or directory"))
        #expect(session.take("b") == .value("1"))
        #expect(session.take(":help") == .words(ExpressionSession.help))
        #expect(session.take(":hlep") == .failed("there is no command `:hlep`; :help shows them"))
        #expect(session.take(":quit") == .end)
    }

    @Test("On a terminal it asks, answers, and ends with the input; elsewhere the expression is missing")
    func terminal() throws {
        let folder = try Folder()
        try folder.write("order.json", #"{"total": 212.50}"#)
        // `script` gives the command a terminal; what stands behind `sh` becomes the command's words.
        let result = try Executable.run(
            ["eval", "jsonata", "-i", "order.json"], input: "$t := total\n$t * 2 +\n1\ntotal +-+ 1\n:quit\n",
            in: folder,
            environment: ["NO_COLOR=1"], launcher: ["/bin/sh", "-c", "exec script -qec \"$*\" /dev/null", "sh"])
        #expect(result.status == 0)
        let lines = result.output.split(whereSeparator: \.isNewline).map(String.init)
        #expect(lines.contains { $0.hasSuffix("212.50") })
        #expect(lines.contains { $0.hasSuffix("426") })
        #expect(result.output.contains("S0211"))
        let elsewhere = try Executable.run("eval", "jsonata", in: folder)
        #expect(elsewhere.status == 64)
        #expect(elsewhere.words.contains("Missing expected argument '<expression>'"))
    }
}
