internal import ArgumentParser
internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationServer

struct DeadLetterDropCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drop", abstract: "Removes dead letters for good.",
        discussion: """
            EXAMPLES:
              integration dlq drop 01JDQ2R3
              integration dlq drop --flow orders --code IE2201
              integration dlq drop --all --yes

            What is removed is gone: `dlq export` before it keeps a copy.
            """)

    @Argument(help: "Ids of dead letters or of their messages, or their beginnings.")
    var ids: [String] = []

    @OptionGroup var choice: DeadLetterChoice

    @Flag(help: "Every dead letter there is.")
    var all = false

    @OptionGroup var confirmation: ConfirmationOptions
    @OptionGroup var options: EngineOptions

    func run() async throws {
        let console = Console.process
        try await options.withStored(.writing) { link in
            let letters = try await choice.letters(ids, all: all, link)
            guard !letters.isEmpty else { return console.say("no dead letters that are meant") }
            try confirmation.confirm("Remove \(Figures.count(letters.count, "dead letter")) for good?", console)
            var removed = 0
            for start in stride(from: 0, to: letters.count, by: 1000) {
                let ids = letters[start..<min(start + 1000, letters.count)].map { ConfigurationNode.string($0.id) }
                let fields: ConfigurationNode = ["ids": .sequence(ids)]
                removed +=
                    try await link.ask(.post, "/v1/dead-letters/drop", body: Array(fields.json.utf8)).integer("removed")
                    ?? 0
            }
            console.say("\(Figures.count(removed, "dead letter")) removed")
            console.say("\nNext: integration dlq list")
        }
    }
}

struct DeadLetterExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Prints dead letters whole, one JSON object a line.",
        discussion: """
            EXAMPLES:
              integration dlq export --all > dead.jsonl
              integration dlq export --flow orders --since 2h | jq .body
            """)

    @Argument(help: "Ids of dead letters or of their messages, or their beginnings.")
    var ids: [String] = []

    @OptionGroup var choice: DeadLetterChoice

    @Flag(help: "Every dead letter there is.")
    var all = false

    @OptionGroup var options: EngineOptions

    func run() async throws {
        let console = Console.process
        let count = try await options.withStored(.reading) { link in
            let letters = try await choice.letters(ids, all: all, link)
            for letter in letters {
                try console.print(try await link.ask(.get, "/v1/dead-letters/" + letter.id).document.json)
            }
            return letters.count
        }
        console.say("\(Figures.count(count, "dead letter")) exported; they are still there")
        console.say("\nNext: integration dlq drop\(choice.words)\(all ? " --all" : "")\(ids.map { " " + $0 }.joined())")
    }
}
