import IntegrationCore
import Testing

@Suite struct DiagnosticTests {
    private func span(_ line: Int, _ column: Int, _ length: Int) -> SourceSpan {
        SourceSpan(SourceLocation(file: "integration.yaml", line: line, column: column), length: length)
    }

    @Test func `A mistake is shown with its line, carets and what to write instead`() {
        let text = String(repeating: "\n", count: 94) + "      batch_sise: 100\n"
        let renderer = DiagnosticRenderer(files: ["integration.yaml": text])
        let diagnostic = Diagnostic(
            .error, .unknownField, "unknown field `batch_sise` in the queue source of flow `order-sync`",
            at: span(95, 7, 10), help: "did you mean `batch_size`?")
        #expect(
            renderer.render(diagnostic) == """
                error[IE1004]: unknown field `batch_sise` in the queue source of flow `order-sync`
                  --> integration.yaml:95:7
                95 |       batch_sise: 100
                   |       ^^^^^^^^^^ did you mean `batch_size`?

                """)
    }

    @Test func `Several are shown in reading order, and the same one only once`() {
        var diagnostics = Diagnostics()
        diagnostics.warning(.implicitQueue, "second", at: span(2, 1, 1))
        diagnostics.error(.unknownField, "first", at: span(1, 3, 1))
        diagnostics.error(.unknownField, "first", at: span(1, 3, 1))
        let shown = DiagnosticRenderer(files: ["integration.yaml": "a b\nc"]).render(diagnostics)
        #expect(
            shown == """
                error[IE1004]: first
                 --> integration.yaml:1:3
                1 | a b
                  |   ^

                warning[IE1052]: second
                 --> integration.yaml:2:1
                2 | c
                  | ^

                """)
    }

    @Test func `A secret in the shown line is masked and the carets still fit`() {
        let renderer = DiagnosticRenderer(
            files: ["integration.yaml": "auth: {token: canary123, tpye: bearer}"], secretSpans: [span(1, 15, 9)])
        let shown = renderer.render(Diagnostic(.error, .unknownField, "m", at: span(1, 26, 4)))
        #expect(!shown.contains("canary"))
        #expect(shown.contains("1 | auth: {token: ••••, tpye: bearer}\n  |                     ^^^^\n"))
    }

    @Test func `A tab keeps its width and control characters lose their power`() {
        let renderer = DiagnosticRenderer(files: ["integration.yaml": "\tx\u{1B}[31m: \u{202E}1"])
        let shown = renderer.render(Diagnostic(.error, .yamlSyntax, "m\u{7}\nn", at: span(1, 2, 1)))
        #expect(shown.contains("error[IE1001]: m\u{FFFD} n\n"))
        #expect(shown.contains("1 | \tx\u{FFFD}[31m: \u{FFFD}1\n  | \t^\n"))
    }

    @Test func `Only a part of a very long line is shown, with the carets under it`() {
        let line = String(repeating: "a", count: 5000) + "HERE" + String(repeating: "b", count: 5000)
        let shown = DiagnosticRenderer(files: ["integration.yaml": line])
            .render(Diagnostic(.error, .yamlSyntax, "m", at: span(1, 5001, 4)))
        let lines = shown.split(separator: "\n")
        #expect(lines[2].count < 200)
        let caret = lines[3].firstIndex(of: "^").map { lines[3].distance(from: lines[3].startIndex, to: $0) }
        #expect(caret.map { lines[2].dropFirst($0).hasPrefix("HEREb") } == true)
    }

    @Test func `A place beyond the end of the line and a file without a place are shown too`() {
        let renderer = DiagnosticRenderer(files: ["integration.yaml": "ab"])
        #expect(renderer.render(Diagnostic(.error, .yamlSyntax, "m", at: span(1, 5, 1))).hasSuffix("  |     ^\n"))
        #expect(
            renderer.render(Diagnostic(.error, .yamlSyntax, "m", at: span(9, 1, 1), help: "h")).hasSuffix("  help: h\n")
        )
        let whole = SourceSpan(SourceLocation(file: "x.yaml", line: 0, column: 0))
        #expect(renderer.render(Diagnostic(.note, .yamlSyntax, "m", at: whole)) == "note[IE1001]: m\n  --> x.yaml\n")
    }

    @Test func `What blocks a run becomes an error when it is escalated`() {
        var diagnostics = Diagnostics()
        diagnostics.warning(.noDestination, "m", at: .none, blocksRun: true)
        diagnostics.warning(.implicitQueue, "n", at: .none)
        #expect(!diagnostics.hasErrors)
        #expect(diagnostics.blocksRun)
        #expect(diagnostics.escalated().count(.error) == 1)
        #expect(diagnostics.escalated().count(.warning) == 1)
    }

    @Test func `No error code is used twice and each one explains itself`() {
        var seen: Set<String> = []
        for code in ErrorCode.all {
            #expect(seen.insert(code.id).inserted, "\(code.id) is used twice")
            #expect(code.id.wholeMatch(of: /IE[1-9]\d{3}/) != nil)
            #expect(code.explanation.count > 40, "\(code.id) explains nothing")
            #expect(code.remedy.hasSuffix("."), "\(code.id) has no remedy")
        }
        #expect(seen.count > 30)
    }
}
