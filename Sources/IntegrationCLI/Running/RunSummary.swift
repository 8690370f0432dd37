internal import IntegrationCore
internal import IntegrationEngine

/// What a run came to, in words.
struct RunSummary {
    var outcome: FlowRun.Outcome
    /// Where the dead letters of a flow are; flows that are missing keep them in memory.
    var places: [String: String]
    /// The flows whose dead letters are kept in the storage folder, and the command that lists them.
    var stored: (flows: Set<String>, listing: String) = ([], "")
    var style: Style = .plain

    private static let shownLetters = 5

    var text: String {
        let flows = outcome.snapshots.map(section).joined(separator: "\n")
        return flows + letters + next
    }

    private func section(_ flow: FlowSnapshot) -> String {
        var lines = [
            "\(style.bold(flow.flow))  \(state(flow.state)): \(Figures.count(flow.received, "message")) in "
                + "\(Figures.time(outcome.elapsed)) (\(Figures.rate(flow.received, in: outcome.elapsed)))"
        ]
        var rows: [(String, Int, String)] = flow.delivered.map { ("→ " + $0.destination, $0.messages, "") }
        if flow.dropped > 0 { rows.append(("dropped", flow.dropped, "")) }
        if flow.dead > 0 { rows.append(("dead letters", flow.dead, "in " + (places[flow.flow] ?? "memory"))) }
        if flow.parked > 0 { rows.append(("waiting for another try", flow.parked, "")) }
        if flow.inFlight > 0 { rows.append(("in hand, not acknowledged", flow.inFlight, "")) }
        if flow.retries > 0 { rows.append(("tries put off", flow.retries, "")) }
        lines += Self.aligned(rows)
        let reasons = flow.deadByReason.sorted {
            ($1.value, $0.key.code, $0.key.step) < ($0.value, $1.key.code, $1.key.step)
        }
        let width = reasons.map(\.key.step.count).max() ?? 0
        lines += Self.aligned(
            reasons.map { reason in
                let padding = String(repeating: " ", count: width - reason.key.step.count)
                return ("\(reason.key.step)\(padding)  \(reason.key.code)", reason.value, reason.key.message)
            }, indent: "      ")
        if flow.received > 0 {
            lines.append(
                "  p50 \(Figures.time(microseconds: flow.latency.p50))   "
                    + "p99 \(Figures.time(microseconds: flow.latency.p99))   from receipt to settlement")
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private func state(_ state: FlowState) -> String {
        switch state {
        case .failed: style.red(state.word)
        case .finished, .stopped: style.green(state.word)
        default: style.yellow(state.word)
        }
    }

    private static func aligned(_ rows: [(name: String, count: Int, remark: String)], indent: String = "  ") -> [String]
    {
        let width = rows.map(\.name.count).max() ?? 0
        let counts = rows.map { Figures.count($0.count) }
        let countWidth = counts.map(\.count).max() ?? 0
        return zip(rows, counts).map { row, count in
            let gap = String(repeating: " ", count: width - row.name.count + countWidth - count.count + 2)
            return indent + row.name + gap + count + (row.remark.isEmpty ? "" : "   " + row.remark)
        }
    }

    /// Dead letters that end with this process: the first of them, before they are gone.
    private var letters: String {
        let letters = outcome.memoryDeadLetters
        guard !letters.isEmpty else { return "" }
        var table = TextTable(["ID", "STEP", "CODE", "REASON"])
        for letter in letters.prefix(Self.shownLetters) {
            // What follows the first line is an excerpt of an expression.
            var reason = String(letter.error.message.prefix { $0 != "\n" })
            if let path = letter.error.path, !reason.contains(path) { reason += " (at \(path))" }
            table.add(["\(letter.id)", letter.step, letter.error.code.id, reason])
        }
        let rest = letters.count - min(letters.count, Self.shownLetters)
        let more = rest > 0 ? "and \(Figures.count(rest)) more\n" : ""
        return "\n" + table.text(style) + more
            + "They were kept in memory and end with this process; `dlq:` in `error_handling` keeps them.\n"
    }

    private var next: String {
        var commands: [String] = []
        let reasons = outcome.snapshots.flatMap(\.deadByReason)
        if let most = reasons.max(by: { ($0.value, $1.key.code) < ($1.value, $0.key.code) }) {
            commands.append("integration explain \(most.key.code)")
        }
        let failing = outcome.snapshots.filter { $0.dead > 0 }.map(\.flow)
        if failing.contains(where: stored.flows.contains) {
            commands.append(stored.listing)
        } else if let place = failing.compactMap({ places[$0] }).first {
            commands.append("head -n 1 \(ShellWord.quoted(place))")
        }
        return commands.isEmpty ? "" : "\nNext: \(commands.joined(separator: "   |   "))\n"
    }
}
