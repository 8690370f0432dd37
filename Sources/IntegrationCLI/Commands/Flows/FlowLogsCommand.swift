internal import ArgumentParser
internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationServer
internal import Logging

struct FlowLogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Shows the last log lines of a flow.",
        discussion: """
            EXAMPLES:
              integration flow logs orders
              integration flow logs orders -n 500
              integration flow logs orders -f            until Ctrl-C
              integration flow logs orders -o jsonl

            The engine keeps the last 1 000 lines of each flow since its start.
            """)

    @Argument(help: "The flow.")
    var name: String

    @Option(name: [.customShort("n"), .customLong("limit")], help: "How many lines.")
    var limit = 100

    @Flag(name: [.customShort("f"), .long], help: "Goes on with every new line.")
    var follow = false

    @OptionGroup var options: EngineOptions
    @OptionGroup var format: OutputOptions

    func run() async throws {
        let console = Console.process
        let engine = try options.engine()
        let path = "/v1/flows/\(PercentCoding.encode(name))/logs"
        var after = 0
        repeat {
            let isFirst = after == 0
            let reply = try await engine.ask(
                .get, path,
                query: [
                    ("after", "\(after)"), ("limit", "\(isFirst ? limit : 1000)"), ("wait", isFirst ? nil : "20s"),
                ])
            let lines = try reply.items { view in
                (number: view.integer("number") ?? 0, text: line(view, console.output.style))
            }
            if format.output == .json, !follow {
                try console.print("[" + lines.map(\.text).joined(separator: ",\n ") + "]\n")
            } else if !lines.isEmpty {
                try console.print(lines.map { $0.text + "\n" }.joined())
            } else if isFirst, !follow {
                console.say("\(name) has said nothing since the engine's start")
            }
            // Even without a line the next question waits.
            after = max(after, lines.last?.number ?? 1)
        } while follow
    }

    private func line(_ view: View, _ style: Style) -> String {
        guard format.output == .table else { return view.json }
        var metadata: Logger.Metadata = [:]
        for member in view["metadata"]?.members.map({ $0 }) ?? [] {
            metadata[member.name] = "\(member.value.string ?? "")"
        }
        return HumanLogHandler.text(
            time: view.text("time"), level: Logger.Level(rawValue: view.text("level")) ?? .info,
            message: view.text("message"), metadata: metadata, style: style)
    }
}
