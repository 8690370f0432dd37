internal import ArgumentParser
internal import Integration
internal import IntegrationConfiguration
internal import IntegrationCore

struct ConfigShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Prints the configuration after includes, overrides and ${…}, without secrets.",
        discussion: """
            EXAMPLES:
              integration config show
              integration config show flows.orders.source
              integration config show connectors --config prod.yaml --set connectors.rest-api.timeout=5s
            """)

    @Argument(help: "Shows only this part, such as connectors.rest-api; entries of lists are counted from 0.")
    var path: String?

    @Option(name: .customLong("config"), help: "A file or folder; integration.yaml when left out.")
    var files: [String] = []

    @Option(
        name: .customLong("set"), help: ArgumentHelp("Overrides one value, as in --set name=test.", valueName: "a.b=c"))
    var overrides: [String] = []

    func run() throws {
        let console = Console.process
        let loaded = ConfigurationLoader(catalog: .standard)
            .load(paths: files.isEmpty ? ConfigurationOptions.standard : files, overrides: overrides)
        if loaded.diagnostics.hasErrors { console.say(console.words.style.diagnostics(loaded.report())) }
        guard loaded.root != nil else { throw CommandFailure(.badConfiguration) }
        try console.print(try Self.text(of: path, in: loaded))
        if loaded.diagnostics.hasErrors { throw CommandFailure(.badConfiguration) }
    }

    /// - Throws: `unknownName` where the path leads nowhere.
    static func text(of path: String?, in loaded: LoadedConfiguration) throws(IntegrationError) -> String {
        if let text = loaded.show(path) { return text }
        let path = path ?? ""
        // The last place that exists, and what there is below it.
        var keys = path.split(separator: ".").map(String.init)
        var missing = ""
        while let last = keys.popLast() {
            missing = last
            if loaded.show(keys.joined(separator: ".")) != nil { break }
        }
        let parent = keys.reduce(loaded.root) { node, key in
            node?[key] ?? Int(key).flatMap { index in node?.elements?.dropFirst(index).first }
        }
        let near = Suggestion.nearest(to: missing, among: parent?.mapping?.keys ?? [])
        let whole =
            keys.isEmpty
            ? "`integration config show` shows the whole."
            : "`integration config show \(keys.joined(separator: "."))` shows what is there."
        throw IntegrationError(
            .unknownName, "the configuration has nothing at `\(path)`",
            remedy: near.map { "Did you mean `\((keys + [$0]).joined(separator: "."))`? \(whole)" } ?? whole)
    }
}
