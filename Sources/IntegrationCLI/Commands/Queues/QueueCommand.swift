internal import ArgumentParser
internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationServer

struct QueueCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "Looks into embedded queues, of a running engine or of a stopped one's folder.",
        discussion: """
            EXAMPLES:
              integration queue list
              integration queue peek orders --limit 3
              integration queue peek orders --config prod.yaml --limit 100 -o jsonl
              integration queue send orders '{"id": 7}'
              integration queue purge orders

            Where no engine runs, the storage folder of the configuration is opened: to look, by anybody; to send and \
            purge, as its owner.
            """,
        subcommands: [
            QueueListCommand.self, QueuePeekCommand.self, QueueSendCommand.self, QueuePurgeCommand.self,
        ])
}

struct QueueListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the queues and how full they are.",
        discussion: """
            EXAMPLES:
              integration queue list
              integration queue list --config prod.yaml -o jsonl

            READY can be handed out now, LEASED is in a flow's hands, DELAYED waits until it is due. Queues named \
            flow:… are those that a flow keeps for itself.
            """)

    @OptionGroup var options: EngineOptions
    @OptionGroup var format: OutputOptions

    func run() async throws {
        let console = Console.process
        let reply = try await options.withStored(.reading) { try await $0.ask(.get, "/v1/queues") }
        let listing = Listing(columns: [
            .init("QUEUE") { $0.text("name") },
            .init("MESSAGES", .right) { Figures.count($0.integer("messages") ?? 0) },
            .init("READY", .right) { Figures.count($0.integer("ready") ?? 0) },
            .init("LEASED", .right) { Figures.count($0.integer("leased") ?? 0) },
            .init("DELAYED", .right) { Figures.count($0.integer("delayed") ?? 0) },
            .init("DEAD LETTERS", .right) { Figures.count($0.integer("dead_letters") ?? 0) },
            .init("BYTES", .right) { Figures.count($0.integer("bytes") ?? 0) },
            .init("OLDEST", .right) { view in
                view.number("oldest_seconds").map { Figures.age(seconds: $0) } ?? "-"
            },
        ])
        try console.print(try listing.text([reply], "items", format.output, console.output.style))
        if format.output == .table { console.say("\nNext: integration queue peek NAME") }
    }
}
