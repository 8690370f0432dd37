internal import ArgumentParser
internal import IntegrationCore
internal import IntegrationServer

/// What starts, stops, pauses and resumes flows has in common.
struct FlowControl {
    let verb: String
    /// What the flow is afterwards, such as `stopped`; said where nothing had to be changed.
    let state: String
    /// The command that undoes it.
    let opposite: String

    func run(_ names: [String], _ options: EngineOptions, fields: ConfigurationNode? = nil) async throws {
        let console = Console.process
        let engine = try options.engine()
        for name in names {
            let reply = try await engine.ask(
                .post, "/v1/flows/\(PercentCoding.encode(name))/\(verb)", body: fields.map { Array($0.json.utf8) } ?? []
            )
            var line = "\(name) is \(reply.text("state") ?? state)"
            if !reply.bool("changed") {
                line = "\(name) is \(reply.text("state") ?? state) already; nothing was changed"
            }
            if let remark = reply.text("remark") { line += "; \(remark)" }
            console.say(line)
        }
        console.say(
            "\nNext: integration flow list   |   integration flow \(opposite) \(names.map(ShellWord.quoted).joined(separator: " "))"
        )
    }
}

struct FlowStartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Starts flows that are stopped, finished or failed.",
        discussion: """
            EXAMPLES:
              integration flow start orders
              integration flow start orders returns
            """)

    @Argument(help: "The flows.")
    var names: [String]
    @OptionGroup var options: EngineOptions

    func run() async throws {
        try await FlowControl(verb: "start", state: "running", opposite: "stop").run(names, options)
    }
}

struct FlowStopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Stops flows: what is in hand is finished first.",
        discussion: """
            EXAMPLES:
              integration flow stop orders
              integration flow stop orders --wait 2m

            The flow starts again with `flow start`, and at the next run of the engine.
            """)

    @Argument(help: "The flows.")
    var names: [String]

    @Option(help: "How long to wait until what is in hand is finished, such as 30s.")
    var wait = "30s"

    @OptionGroup var options: EngineOptions

    func run() async throws {
        try await FlowControl(verb: "stop", state: "stopped", opposite: "start")
            .run(names, options, fields: ["wait": .string(wait)])
    }
}

struct FlowPauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Stops reading; what is in hand or waits for another try goes on.",
        discussion: """
            EXAMPLES:
              integration flow pause orders
            """)

    @Argument(help: "The flows.")
    var names: [String]
    @OptionGroup var options: EngineOptions

    func run() async throws {
        try await FlowControl(verb: "pause", state: "paused", opposite: "resume").run(names, options)
    }
}

struct FlowResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Reads paused flows' sources again.",
        discussion: """
            EXAMPLES:
              integration flow resume orders
            """)

    @Argument(help: "The flows.")
    var names: [String]
    @OptionGroup var options: EngineOptions

    func run() async throws {
        try await FlowControl(verb: "resume", state: "running", opposite: "pause").run(names, options)
    }
}
