internal import ArgumentParser
internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationServer

struct DeadLetterListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists dead letters, the newest first, or how many there are for which reason.",
        discussion: """
            EXAMPLES:
              integration dlq list
              integration dlq list --flow orders --code IE2201
              integration dlq list --groups
              integration dlq list --where 'total > 100 and $letter.attempts = 3'
              integration dlq list --limit 5000 -o jsonl
            """)

    @OptionGroup var choice: DeadLetterChoice

    @Flag(help: "One line for each reason.")
    var groups = false

    @Option(name: [.customShort("n"), .customLong("limit")], help: "How many at most.")
    var limit = 20

    @Option(help: "Only those recorded before this one: the next page.")
    var before: String?

    @OptionGroup var options: EngineOptions
    @OptionGroup var format: OutputOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be 1 or more.") }
        guard !groups || choice.condition == nil else {
            throw ValidationError("--groups counts what is recorded; --where can't be used with it.")
        }
    }

    func run() async throws {
        let console = Console.process
        try await options.withStored(.reading) { link in
            if groups { return try await printGroups(link, console) }
            try await printLetters(link, console)
        }
    }

    private func printGroups(_ link: any EngineLink, _ console: Console) async throws {
        let reply = try await link.ask(
            .get, "/v1/dead-letters/groups", query: choice.query().filter { $0.0 != "where" })
        let listing = Listing(columns: [
            .init("MESSAGES", .right) { Figures.count($0.integer("messages") ?? 0) },
            .init("FLOW") { $0.text("flow") },
            .init("STEP") { $0.text("step") },
            .init("CODE") { $0.text("code") },
            .init("NEWEST") { $0.text("newest") },
            .init("SUCH AS") { Self.firstLine($0.text("reason")) },
        ])
        try console.print(try listing.text([reply], "items", format.output, console.output.style))
        guard format.output == .table else { return }
        let codes = try reply.items { $0.text("code") }
        guard let code = codes.first else { return console.say("no dead letters") }
        console.say("\nNext: integration dlq list --code \(code)   |   integration dlq replay --code \(code) --dry-run")
    }

    private func printLetters(_ link: any EngineLink, _ console: Console) async throws {
        let listing = Listing(columns: [
            .init("ID") { $0.text("id") },
            .init("AGE", .right) { $0.number("age_seconds").map { Figures.age(seconds: $0) } ?? "-" },
            .init("FLOW") { $0.text("flow") },
            .init("STEP") { $0.text("step") },
            .init("CODE") { $0.text("code") },
            .init("TRIES", .right) { Figures.count($0.integer("attempts") ?? 0) },
            .init("REASON") { view in
                let reason = Self.firstLine(view.text("reason"))
                let path = view.text("path")
                return path.isEmpty || reason.contains(path) ? reason : "\(reason) (at \(path))"
            },
        ])
        var printer = PagePrinter(listing, format.output, console)
        var newest: (id: String, code: String)?
        let pages = Pages(
            link: link, path: "/v1/dead-letters", query: choice.query(), limit: limit, start: before)
        let (count, next) = try await pages.forEach { reply in
            try printer.print(reply)
            newest = try newest ?? reply.items { ($0.text("id"), $0.text("code")) }.first
        }
        try printer.end(count)
        guard format.output == .table else { return }
        guard let newest else { return console.say("no dead letters" + (choice.isEmpty ? "" : " that are meant")) }
        var line = Figures.count(count, "dead letter") + ". Next: "
        if let next { line += "integration dlq list\(choice.words) --before \(next)   |   " }
        line += "integration dlq show \(newest.id)   |   integration dlq replay --code \(newest.code) --rate 50/s"
        console.say("\n" + line)
    }

    static func firstLine(_ text: String) -> String { String(text.prefix { $0 != "\n" }) }
}
