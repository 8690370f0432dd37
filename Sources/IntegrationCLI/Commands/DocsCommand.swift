internal import ArgumentParser
internal import Integration
internal import IntegrationConfiguration
internal import IntegrationCore

struct DocsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "docs", abstract: "Shows the options of a type or of a part.",
        discussion: """
            EXAMPLES:
              integration docs                  every name that can be asked for
              integration docs file source
              integration docs retry
            """)

    @Argument(help: "A type (http, http source) or a part (flow, retry, configuration).")
    var name: [String] = []

    func run() throws {
        let console = Console.process
        let reference = Reference(catalog: .standard)
        if name.isEmpty {
            try console.print(reference.names.joined(separator: "\n"))
            return console.say("\nNext: integration docs NAME")
        }
        try console.print(try Self.text(of: name.joined(separator: " "), in: reference))
    }

    /// - Throws: `unknownName` with what was probably meant.
    static func text(of name: String, in reference: Reference) throws(IntegrationError) -> String {
        if let text = reference.docs(name) { return text }
        let list = "`integration docs` lists every name."
        throw IntegrationError(
            .unknownName, "there is no type and no part of a configuration named `\(name)`",
            remedy: reference.suggestion(for: name).map { "Did you mean `integration docs \($0)`? \(list)" } ?? list)
    }
}
