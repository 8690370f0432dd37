internal import ArgumentParser
internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationServer

struct FlowSendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send", abstract: "Runs one message through a flow and says what became of it.",
        discussion: """
            EXAMPLES:
              integration flow send orders '{"id": 7, "total": 1200}'
              integration flow send orders < order.json
              integration flow send orders @order.json --metadata '{"headers": {"x-tenant": "a"}}'

            The message goes through the steps to the real destinations. What refuses it is said (exit status 1); it is \
            not tried again and does not go to the dead letters.
            """)

    @Argument(help: "The flow.")
    var name: String

    @Argument(help: "The message; @FILE reads it from a file, and without it standard input is read.")
    var body: String?

    @Option(help: "A JSON object: headers and what else a source would know.")
    var metadata: String?

    @OptionGroup var options: EngineOptions
    @OptionGroup var format: OutputOptions

    func run() async throws {
        let console = Console.process
        let reply = try await options.engine().ask(
            .post, "/v1/flows/\(PercentCoding.encode(name))/messages", query: [("metadata", metadata)],
            body: try InputFile.message(body))
        let refusals = try reply.items("refusals") { view in
            "\(view.text("component").isEmpty ? name : view.text("component")) refused it: "
                + "\(view.text("message")) [\(view.text("code"))]\(view.text("path").isEmpty ? "" : " (at \(view.text("path")))")"
        }
        if format.output == .table {
            switch reply.text("outcome") {
            case "delivered": console.say("delivered to \(reply.texts("destinations").joined(separator: ", "))")
            case "dropped": console.say("dropped by a filter")
            default: for refusal in refusals { console.say(refusal) }
            }
            let code = try reply.items("refusals") { $0.text("code") }.first
            console.say(
                "\nNext: "
                    + (code.map { "integration explain \($0)" } ?? "integration flow status \(ShellWord.quoted(name))"))
        } else {
            try console.print(reply.document.json)
        }
        if !refusals.isEmpty { throw CommandFailure(.failed) }
    }
}
