internal import ArgumentParser
internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationServer

struct QueuePeekCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "peek", abstract: "Shows messages of a queue in order, without taking them.",
        discussion: """
            EXAMPLES:
              integration queue peek orders
              integration queue peek orders --limit 100 -o jsonl
              integration queue peek orders --offset 5000 --limit 1 -o json

            With -o jsonl each line has `id`, `body`, `metadata`, `attempts` and more. `body` is JSON where it is JSON, \
            else a string, else `body_base64`.
            """)

    @Argument(help: "The queue.")
    var name: String

    @Option(name: [.customShort("n"), .customLong("limit")], help: "How many at most.")
    var limit = 10

    @Option(help: "How many to pass over.")
    var offset = 0

    @OptionGroup var options: EngineOptions
    @OptionGroup var format: OutputOptions

    func validate() throws {
        guard limit > 0, offset >= 0 else { throw ValidationError("--limit must be 1 or more, --offset 0 or more.") }
    }

    func run() async throws {
        let console = Console.process
        let listing = Listing(columns: [
            .init("ID") { $0.text("id") },
            .init("TRIES", .right) { Figures.count($0.integer("attempts") ?? 0) },
            .init("RECEIVED") { $0.text("received") },
            .init("BODY") { view in
                let text = view["body"].flatMap { $0.isNull ? nil : $0.json } ?? "(binary)"
                return text.count > 100 ? text.prefix(100) + "…" : text
            },
        ])
        var printer = PagePrinter(listing, format.output, console)
        let count = try await options.withStored(.reading) { link in
            let path = "/v1/queues/\(PercentCoding.encode(name))/messages"
            return try await Pages(link: link, path: path, query: [], limit: limit).forEachByOffset(from: offset) {
                try printer.print($0)
            }
        }
        try printer.end(count)
        guard format.output == .table else { return }
        if count == 0 { console.say("\(name) is empty" + (offset > 0 ? " from there on" : "")) }
        let more =
            count == limit ? "integration queue peek \(ShellWord.quoted(name)) --offset \(offset + count)   |   " : ""
        console.say("\nNext: \(more)integration queue list")
    }
}
