internal import ArgumentParser
internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationServer

struct DeadLetterShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows one dead letter whole: what came in, where it failed and why.",
        discussion: """
            EXAMPLES:
              integration dlq show 01JDQ2R3
              integration dlq show 01JDQ2R3 -o json
            """)

    @Argument(help: "The id of a dead letter or of its message, or the beginning of one.")
    var id: String

    @OptionGroup var options: EngineOptions
    @OptionGroup var format: OutputOptions

    func run() async throws {
        let console = Console.process
        let reply = try await options.withStored(.reading) { link in
            try await link.ask(.get, "/v1/dead-letters/" + PercentCoding.encode(id))
        }
        guard format.output == .table else { return try console.print(reply.document.json) }
        try console.print(reply.document.withRoot { Self.text($0) })
        let whole = reply.text("id") ?? id
        console.say(
            "\nNext: integration dlq edit \(whole)   |   integration dlq replay \(whole)   |   integration explain \(reply.text("code") ?? "")"
        )
    }

    static func text(_ letter: View) -> String {
        var rows: [(String, String)] = [("dead letter", letter.text("id")), ("message", letter.text("message"))]
        let source = letter.text("source")
        rows.append(("flow", letter.text("flow") + (source.isEmpty ? "" : ", from \(source)")))
        let destination = letter.text("destination")
        rows.append(("failed", "\(letter.text("failed")) at \(letter.text("step"))"))
        if !destination.isEmpty { rows.append(("branch", "\(destination); a replay goes there alone")) }
        rows.append(("tries", "\(Figures.count(letter.integer("attempts") ?? 0)), received \(letter.text("received"))"))
        rows.append(("reason", "\(letter.text("code"))  \(letter.text("reason"))"))
        if !letter.text("path").isEmpty { rows.append(("at", letter.text("path"))) }
        for cause in letter["causes"]?.elements.compactMap(\.string) ?? [] { rows.append(("because", cause)) }
        if !letter.text("trace").isEmpty { rows.append(("trace", letter.text("trace"))) }
        if let metadata = letter["metadata"], metadata.count > 0 { rows.append(("metadata", metadata.json)) }
        var text = TitledRows.text(rows)
        let edited = letter["edited"]?.bool == true ? " (edited)" : ""
        text += "\nwhat came in\(edited):\n" + PrettyJSON.text(letter, "body")
        if let atStep = letter["body_at_step"], !atStep.isNull || letter["body_at_step_base64"] != nil {
            text += "\nwhat it was at \(letter.text("step")):\n" + PrettyJSON.text(letter, "body_at_step")
        }
        return text
    }
}
