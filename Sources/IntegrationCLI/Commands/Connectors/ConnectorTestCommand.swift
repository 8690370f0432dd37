internal import ArgumentParser
internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationServer

struct ConnectorTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Finds out, step by step, whether a connector's other side can be reached.",
        discussion: """
            EXAMPLES:
              integration connector test rest-api
              integration connector test rest-api --config prod.yaml
              integration connector test rest-api -o json

            Resolves, connects, agrees on TLS, authenticates, makes one harmless request, and asks for what the flows \
            and services that use the connector need there (tables, columns, queues), each with its time; nothing is \
            changed on the other side. With a running engine it is the engine that tries, otherwise this \
            command. Exit status 69 where the other side can't be reached.
            """)

    @Argument(help: "The connector.")
    var name: String

    @OptionGroup var options: EngineOptions
    @OptionGroup var format: OutputOptions

    func run() async throws {
        let console = Console.process
        let reply = try await options.withConnectors {
            try await $0.ask(.post, "/v1/connectors/\(PercentCoding.encode(name))/test")
        }
        let failure = reply.document.withRoot { root in
            root["error"].flatMap { $0.kind == .object ? Self.error($0) : nil }
        }
        if format.output == .table {
            try console.print(try Self.text(reply, console.output.style))
            if failure == nil {
                console.say("\nNext: integration connector status \(ShellWord.quoted(name))")
            }
        } else {
            try console.print(reply.document.json)
        }
        guard let failure else { return }
        // People read the error; programs have it in the answer.
        throw CommandFailure(ExitStatus(failure), format.output == .table ? failure : nil)
    }

    /// A line a step: what was found, and how long it took.
    static func text(_ reply: Reply, _ style: Style) throws(IntegrationError) -> String {
        let steps = try reply.items("steps") { view in
            (
                name: view.text("step"), outcome: view.text("outcome"),
                detail: (view["subject"]?.string.map { "\($0): " } ?? "") + view.text("detail"),
                time: view.number("milliseconds") ?? 0
            )
        }
        let names = steps.map(\.name.count).max() ?? 0
        let details = min(60, steps.map(\.detail.count).max() ?? 0)
        return steps.map { step in
            let mark =
                switch step.outcome {
                case "passed": style.green("✓")
                case "failed": style.red("✗")
                default: style.dim("-")
                }
            let name = step.name + String(repeating: " ", count: names - step.name.count)
            let detail = step.detail + String(repeating: " ", count: max(0, details - step.detail.count))
            let time = step.outcome == "skipped" ? "" : "   " + Figures.time(.seconds(step.time / 1000))
            return "  \(mark) \(name)   \(time.isEmpty ? step.detail : detail + time)\n"
        }.joined()
    }

    private static func error(_ view: View) -> IntegrationError {
        let id = view.text("code")
        let code =
            ErrorCode.all.first { $0.id == id }
            ?? ErrorCode(id, view.text("title"), explanation: view.text("title"), remedy: view.text("solution"))
        return IntegrationError(
            code, view.text("message"), causes: view["causes"]?.elements.compactMap(\.string) ?? [],
            remedy: view["solution"]?.string)
    }
}
