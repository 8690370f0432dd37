import IntegrationCore
import IntegrationEngine
import Logging
import Testing

@testable import IntegrationCLI

@Suite("What a run says")
struct SummaryTests {
    private func snapshot(_ name: String, _ state: FlowState = .finished) -> FlowSnapshot {
        var snapshot = FlowSnapshot(flow: name, state: state)
        snapshot.received = 20_000
        snapshot.delivered = [("high-value-orders", 6012), ("regular-orders", 13_700)]
        snapshot.dead = 288
        snapshot.deadByReason = [
            FlowSnapshot.DeadReason(step: "validate", code: "IE2201", message: "Required member missing"): 213,
            FlowSnapshot.DeadReason(step: "enrich", code: "IE2501", message: "Nothing found"): 75,
        ]
        snapshot.latency = (1234, 4921)
        return snapshot
    }

    @Test("The summary shows destinations, dead letters by reason, the rate and what to do next")
    func golden() {
        let outcome = FlowRun.Outcome(snapshots: [snapshot("order-sync")], elapsed: .milliseconds(310))
        let summary = RunSummary(outcome: outcome, places: ["order-sync": "out/failed.ndjson"])
        #expect(
            summary.text == """
                order-sync  finished: 20 000 messages in 310 ms (64 516/s)
                  → high-value-orders   6 012
                  → regular-orders     13 700
                  dead letters            288   in out/failed.ndjson
                      validate  IE2201  213   Required member missing
                      enrich    IE2501   75   Nothing found
                  p50 1.2 ms   p99 4.9 ms   from receipt to settlement

                Next: integration explain IE2201   |   head -n 1 out/failed.ndjson

                """)
    }

    @Test("A flow that received nothing says only that")
    func nothing() {
        let outcome = FlowRun.Outcome(
            snapshots: [FlowSnapshot(flow: "quiet", state: .stopped)], elapsed: .seconds(2))
        #expect(RunSummary(outcome: outcome, places: [:]).text == "quiet  stopped: 0 messages in 2.00 s (0/s)\n")
    }

    @Test("Progress is one line over all flows")
    func progress() {
        var second = snapshot("other", .running)
        second.parked = 4
        let one = Progress.text([snapshot("order-sync")], rate: "64 000/s", elapsed: .milliseconds(400))
        #expect(one == "order-sync  in 20 000  out 19 712  dead 288  64 000/s  400 ms")
        let two = Progress.text([snapshot("order-sync"), second], rate: "-", elapsed: .seconds(1))
        #expect(two == "2 flows  in 40 000  out 39 424  dead 576  waiting 4  -  1.00 s")
    }

    @Test("A log line names the time, the level, the message and its facts, and nothing in it moves the terminal")
    func logLine() {
        let line = HumanLogHandler.text(
            time: "T", level: .warning, message: "a\u{1B}[2J\nb",
            metadata: ["flow": "order-sync", "error": "no \"way\""],
            style: .plain)
        #expect(line == "T warning  a\u{FFFD}[2J\\nb  error=\"no \\\"way\\\"\"  flow=order-sync")
    }

    @Test("Columns are as wide as their widest cell")
    func table() {
        var table = TextTable(["NAME", "IN"], alignments: [.left, .right])
        table.add(["a", "1 204"])
        table.add(["longer", "3"])
        #expect(table.text() == "NAME       IN\na       1 204\nlonger      3\n")
    }

    @Test("Colours stand out only where they are on")
    func colours() {
        let text = "error[IE1004]: unknown\n --> a.yaml:1:2\n1 | a: b\n  |  ^ hint\n"
        #expect(Style.plain.diagnostics(text) == text)
        #expect(
            Style(isOn: true).diagnostics(text) == """
                \u{1B}[1;31merror[IE1004]\u{1B}[0m\u{1B}[1m: unknown\u{1B}[0m
                \u{1B}[2m --> a.yaml:1:2\u{1B}[0m
                1 | a: b
                  |  \u{1B}[1;31m^ hint\u{1B}[0m

                """)
        #expect(
            Style(isOn: true).error("Error: x\nCause: y") == "\u{1B}[1;31mError:\u{1B}[0m x\n\u{1B}[1mCause:\u{1B}[0m y"
        )
    }

    @Test(
        "An error's class decides the exit status",
        arguments: [
            (ErrorCode.RetryClass.never, IntegrationCLI.ExitStatus.failed), (.connection, .unreachable),
            (.timeout, .unreachable),
            (.serverError, .tryAgain), (.rateLimited, .tryAgain),
        ])
    func statuses(retry: ErrorCode.RetryClass, status: IntegrationCLI.ExitStatus) {
        let code = ErrorCode("IE9999", "Test", retry: retry, explanation: "", remedy: "")
        #expect(IntegrationCLI.ExitStatus(IntegrationError(code, "")) == status)
    }

    @Test("A caret stands under the mistake, also behind tabs, accents and line breaks")
    func carets() {
        #expect(Excerpt.text("$.a[", offset: 4) == "  $.a[\n      ^")
        #expect(Excerpt.text("é.b", offset: 3) == "  é.b\n    ^")
        #expect(Excerpt.text("one\n\ttwo three\nfour", offset: 9) == "  \ttwo three\n  \t    ^")
        #expect(Excerpt.text("", offset: 7) == "  \n  ^")
    }

    @Test("Words are quoted for a shell only where they must be")
    func quoting() {
        #expect(ShellWord.quoted("out/failed-orders.ndjson") == "out/failed-orders.ndjson")
        #expect(ShellWord.quoted("it's here") == "'it'\\''s here'")
        #expect(ShellWord.quoted("") == "''")
    }
}
