internal import ArgumentParser
internal import IntegrationConfiguration
internal import IntegrationCore
internal import IntegrationServer

struct FlowCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Makes the flows of a file, now and for the next runs.",
        discussion: """
            EXAMPLES:
              integration flow create -f returns.yaml
              integration flow create -f - < returns.yaml
              integration flow create -f trial.yaml --no-persist     gone at the next run

            The file is a configuration with `flows:` and whatever they need besides; it may use what the engine's \
            configuration declares. It is kept in the storage folder (flows/), so that the next run has it too. Relative \
            paths are taken from the folder of the file. With a mistake nothing is changed.
            """)

    @Option(name: [.customShort("f"), .customLong("file")], help: "The file; - is standard input.")
    var file: String

    @Flag(inversion: .prefixedNo, help: "Keeps the flows for the next runs.")
    var persist = true

    @OptionGroup var options: EngineOptions

    func run() async throws {
        let console = Console.process
        let bytes = try InputOptions.read(file)
        let name = file == "-" ? InputFile.absolute("stdin.yaml") : InputFile.absolute(file)
        let fields: ConfigurationNode = [
            "yaml": .string(String(decoding: bytes, as: UTF8.self)), "file": .string(name),
            "persist": .plain("\(persist)"),
        ]
        let reply = try await options.engine().ask(.post, "/v1/flows", body: Array(fields.json.utf8))
        let added = reply.texts("added")
        console.say(
            "\(added.joined(separator: ", ")) created and started" + (persist ? "" : "; the next run will not have it"))
        console.say("\nNext: integration flow status \(ShellWord.quoted(added.first ?? "NAME"))")
    }
}

struct FlowDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Drains a flow and removes it, now and for the next runs.",
        discussion: """
            EXAMPLES:
              integration flow delete returns
              integration flow delete returns --yes

            Its dead letters and what is in its queues stay. A flow that the configuration declares is left out of the \
            next runs as well; how to bring it back is said.
            """)

    @Argument(help: "The flow.")
    var name: String
    @OptionGroup var confirmation: ConfirmationOptions
    @OptionGroup var options: EngineOptions

    func run() async throws {
        let console = Console.process
        let engine = try options.engine()
        let path = "/v1/flows/" + PercentCoding.encode(name)
        _ = try await engine.ask(.get, path)
        try confirmation.confirm("Delete the flow \(name)?", console)
        let reply = try await engine.ask(.delete, path)
        console.say("\(name) is deleted" + (reply.text("remark").map { "; \($0)" } ?? ""))
        console.say("\nNext: integration flow list")
    }
}
