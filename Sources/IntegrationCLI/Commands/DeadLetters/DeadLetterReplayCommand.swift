internal import ArgumentParser
internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationServer

struct DeadLetterReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Lets dead letters run again, where they failed.",
        discussion: """
            EXAMPLES:
              integration dlq replay 01JDQ2R3
              integration dlq replay --code IE3104 --rate 50/s
              integration dlq replay --flow orders --where 'total > 100' --dry-run
              integration dlq replay --all

            Each goes back to the queue that it came from, or waits with its flow; where one branch had failed, it goes \
            to this branch alone. It leaves the dead letters, and comes back there if it fails again. --dry-run changes \
            nothing and shows, for one of each kind, what the flow would make of it now (that needs a running engine).
            """)

    @Argument(help: "Ids of dead letters or of their messages, or their beginnings.")
    var ids: [String] = []

    @OptionGroup var choice: DeadLetterChoice

    @Flag(help: "Every dead letter there is.")
    var all = false

    @Option(help: "How many at most in a second, minute or hour, such as 50/s or 100/m.")
    var rate: Rate?

    @Flag(help: "Changes nothing and shows what would happen.")
    var dryRun = false

    @OptionGroup var options: EngineOptions

    func run() async throws {
        let console = Console.process
        try await options.withStored(dryRun ? .reading : .writing) { link in
            let letters = try await choice.letters(ids, all: all, link)
            guard !letters.isEmpty else { return console.say("no dead letters that are meant") }
            if dryRun { return try await preview(letters, link, console) }
            try await replay(letters, link, console)
        }
    }

    private func replay(_ letters: [ChosenLetter], _ link: any EngineLink, _ console: Console) async throws {
        let clock = SystemClock()
        let line = StatusLine(console.words)
        let start = clock.now
        var report = (replayed: 0, gone: 0, queues: Set<String>())
        // The oldest first, as they came in.
        var rest = Array(letters.reversed())[...]
        let size = rate.map { max(1, min(1000, Int($0.perSecond))) } ?? 1000
        var sent = 0
        while !rest.isEmpty {
            let ids = rest.prefix(size).map(\.id)
            rest = rest.dropFirst(size)
            if let rate { try await clock.sleep(until: start + .seconds(Double(sent) / rate.perSecond)) }
            let fields: ConfigurationNode = ["ids": .sequence(ids.map { .string($0) })]
            let reply = try await link.ask(.post, "/v1/dead-letters/replay", body: Array(fields.json.utf8))
            sent += ids.count
            report.replayed += reply.integer("replayed") ?? 0
            report.gone += reply.texts("gone").count
            report.queues.formUnion(reply.texts("queues"))
            line.draw("replayed \(Figures.count(report.replayed)) of \(Figures.count(letters.count))")
        }
        line.end()
        let places = report.queues.isEmpty ? "" : " to \(report.queues.sorted().joined(separator: ", "))"
        let gone = report.gone > 0 ? "; \(Figures.count(report.gone)) were gone already" : ""
        console.say("\(Figures.count(report.replayed, "dead letter")) sent back\(places)\(gone)")
        console.say("\nNext: integration dlq list\(choice.words)   |   integration queue list")
    }

    /// One of each kind, and what would become of it.
    private func preview(_ letters: [ChosenLetter], _ link: any EngineLink, _ console: Console) async throws {
        let kinds = Dictionary(grouping: letters) { [$0.flow, $0.step, $0.code] }
        for (kind, members) in kinds.sorted(by: { ($1.value.count, $0.key[2]) < ($0.value.count, $1.key[2]) }) {
            guard let first = members.first else { continue }
            var text = "\(Figures.count(members.count, "dead letter")) of \(kind[0]) at \(kind[1]), \(kind[2]): "
            text += DeadLetterListCommand.firstLine(first.reason) + "\n"
            do throws(IntegrationError) {
                let reply = try await link.ask(.get, "/v1/dead-letters/\(first.id)/preview")
                text += try Self.text(reply, console.output.style)
            } catch {
                guard [.engineNotRunning, .flowNotRunning, .flowUnknown].contains(error.code) else { throw error }
                text += "  what would become of it can't be said: \(error.message)\n"
            }
            try console.print(text)
        }
        console.say(
            "nothing was changed. Next: integration dlq replay\(choice.words)\(all ? " --all" : "")\(ids.map { " " + $0 }.joined())"
        )
    }

    static func text(_ reply: Reply, _ style: Style) throws(IntegrationError) -> String {
        let (id, before) = reply.document.withRoot { ($0.text("id"), PrettyJSON.text($0, "before")) }
        var text = "  for one, \(id):\n"
        let outcomes = try reply.items("outcomes") { outcome in
            let after = PrettyJSON.text(outcome, "body")
            var head = "  it would go to \(outcome.text("destination"))\n"
            if let error = outcome["error"], error.kind == .object {
                head =
                    "  it would fail again at \(error.text("component")): \(error.text("code"))  \(DeadLetterListCommand.firstLine(error.text("message")))\n"
            }
            let difference = LineDifference(from: before, to: after)
            let isSame = difference.lines.allSatisfy { if case .same = $0 { true } else { false } }
            return head + (isSame ? "" : difference.text(style).split(separator: "\n").map { "    \($0)\n" }.joined())
        }
        text += outcomes.isEmpty ? "  it would be dropped by a filter\n" : outcomes.joined()
        return text
    }
}
