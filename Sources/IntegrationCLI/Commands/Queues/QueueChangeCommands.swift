internal import ArgumentParser
internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationServer

struct QueueSendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send", abstract: "Puts one message into a queue.",
        discussion: """
            EXAMPLES:
              integration queue send orders '{"id": 7}'
              integration queue send orders @order.json --metadata '{"tenant": "a"}'
              integration queue send orders < order.json
            """)

    @Argument(help: "The queue.")
    var name: String

    @Argument(help: "The message; @FILE reads it from a file, and without it standard input is read.")
    var body: String?

    @Option(help: "A JSON object: headers and the like.")
    var metadata: String?

    @Option(help: "The message's id; a fresh one when left out.")
    var id: String?

    @OptionGroup var options: EngineOptions
    @OptionGroup var format: OutputOptions

    func run() async throws {
        let console = Console.process
        let bytes = try InputFile.message(body)
        let reply = try await options.withStored(.writing) { link in
            try await link.ask(
                .post, "/v1/queues/\(PercentCoding.encode(name))/messages",
                query: [("metadata", metadata), ("id", id)], body: bytes)
        }
        if format.output != .table { return try console.print(reply.document.json) }
        console.say("1 message of \(Figures.count(bytes.count, "byte")) is in \(name) as \(reply.text("id") ?? "")")
        console.say(
            "\nNext: integration queue peek \(ShellWord.quoted(name))   |   integration trace \(reply.text("id") ?? "")"
        )
    }
}

struct QueuePurgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge", abstract: "Removes every message of a queue that no flow has in hand.",
        discussion: """
            EXAMPLES:
              integration queue purge orders
              integration queue purge orders --yes

            What is removed is gone: `queue peek -o jsonl` before it keeps a copy.
            """)

    @Argument(help: "The queue.")
    var name: String
    @OptionGroup var confirmation: ConfirmationOptions
    @OptionGroup var options: EngineOptions

    func run() async throws {
        let console = Console.process
        let removed = try await options.withStored(.writing) { link in
            let counts = try await link.ask(.get, "/v1/queues").items { view in
                (view.text("name"), view.integer("messages") ?? 0)
            }
            if let count = counts.first(where: { $0.0 == name })?.1 {
                try confirmation.confirm("Remove \(Figures.count(count, "message")) of \(name) for good?", console)
            }
            return try await link.ask(.delete, "/v1/queues/\(PercentCoding.encode(name))/messages").integer("removed")
                ?? 0
        }
        console.say("\(Figures.count(removed, "message")) removed from \(name)")
        console.say("\nNext: integration queue list")
    }
}
