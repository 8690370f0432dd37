internal import ArgumentParser
internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationServer

struct EventCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "event", abstract: "Shows what happened to messages and flows.",
        discussion: """
            EXAMPLES:
              integration event list
              integration event list --flow orders --kind retried
            """,
        subcommands: [EventListCommand.self])
}

struct EventListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists events, the newest first.",
        discussion: """
            EXAMPLES:
              integration event list
              integration event list --flow orders --since 1h
              integration event list --limit 5000 -o jsonl
            """)

    @Option(help: "Only those of this flow.")
    var flow: String?

    @Option(help: "Only those of this kind.")
    var kind: String?

    @Option(help: "Only those about this message.")
    var message: String?

    @Option(help: "Only those of so long ago or later, such as 2h.")
    var since: String?

    @Option(name: [.customShort("n"), .customLong("limit")], help: "How many at most.")
    var limit = 50

    @OptionGroup var options: EngineOptions
    @OptionGroup var format: OutputOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be 1 or more.") }
        if since != nil, age == nil { throw ValidationError("--since takes a time such as 30m, 2h or 3d.") }
    }

    private var age: Duration? { since.flatMap { Duration(configuration: $0) } }

    func run() async throws {
        let console = Console.process
        var printer = PagePrinter(Self.listing, format.output, console)
        let query = [
            ("flow", flow), ("kind", kind), ("message", message),
            ("since", age.map { "\((SystemClock().wallTime - $0).milliseconds)" }),
        ]
        let (count, _) = try await options.withStored(.reading) { link in
            try await Pages(link: link, path: "/v1/events", query: query, limit: limit).forEach {
                try printer.print($0)
            }
        }
        try printer.end(count)
        guard format.output == .table else { return }
        console.say(count == 0 ? "no events" : "\nNext: integration trace MESSAGE")
    }

    static let columns: [(String, @Sendable (View) -> String)] = [
        ("TIME", { $0.text("time") }), ("KIND", { $0.text("kind") }), ("FLOW", { $0.text("flow") }),
        ("MESSAGE", { $0["message"]?.string ?? "-" }), ("STEP", { $0["step"]?.string ?? "-" }),
        ("DETAIL", { $0["detail"].flatMap { $0.isNull ? nil : $0.json } ?? "" }),
    ]

    static var listing: Listing { Listing(columns: columns.map { .init($0.0, .left, $0.1) }) }
}

struct TraceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace", abstract: "Shows all that is known about one message.",
        discussion: """
            EXAMPLES:
              integration trace 01JDQ2R3M7V5X8Y0ZABCDEFGHJ
              integration trace 01JDQ2R3M7V5X8Y0ZABCDEFGHJ -o json

            What is recorded of messages that nothing happens to is decided by `recording` in `monitoring`.
            """)

    @Argument(help: "The message's id, whole.")
    var id: String

    @OptionGroup var options: EngineOptions
    @OptionGroup var format: OutputOptions

    func validate() throws {
        guard MessageID(id) != nil else { throw ValidationError("`\(id)` is no message id: those have 26 characters.") }
    }

    func run() async throws {
        let console = Console.process
        let reply = try await options.withStored(.reading) { link in
            try await link.ask(.get, "/v1/messages/\(PercentCoding.encode(id))/journey")
        }
        guard format.output == .table else { return try console.print(reply.document.json) }
        var text = try EventListCommand.listing.text([reply], "events", .table, console.output.style)
        let letters = try reply.items("dead_letters") { view in
            "dead letter \(view.text("id")): \(view.text("step"))  \(view.text("code"))  \(DeadLetterListCommand.firstLine(view.text("reason")))\n"
        }
        let delivered = try reply.items("delivered") { "accepted by \($0.text("destination")) of \($0.text("flow"))\n" }
        let isUnknown = try reply.items("events") { _ in () }.isEmpty && letters.isEmpty && delivered.isEmpty
        if isUnknown {
            return console.say("nothing is recorded of \(id): it was delivered without an event, or never was here")
        }
        text += letters.joined() + delivered.joined()
        try console.print(text)
        let letter = try reply.items("dead_letters") { $0.text("id") }.last
        console.say(
            "\nNext: " + (letter.map { "integration dlq show \($0)" } ?? "integration event list --message \(id)"))
    }
}
