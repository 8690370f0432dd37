internal import ArgumentParser
internal import Integration
internal import IntegrationConfiguration
internal import IntegrationCore

struct DocsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "docs", abstract: "Shows the options of a type or of a part, or a function.",
        discussion: """
            EXAMPLES:
              integration docs                  every name that can be asked for
              integration docs file source
              integration docs retry
              integration docs functions        the functions of JSONata and JSONPath
              integration docs '$sum'
            """)

    @Argument(help: "A type (http, http source), a part (flow, retry, configuration) or a function ($sum).")
    var name: [String] = []

    func run() throws {
        let console = Console.process
        let reference = Reference(catalog: .standard)
        if name.isEmpty {
            try console.print(reference.names.joined(separator: "\n"))
            return console.say("\nNext: integration docs NAME   |   integration docs functions")
        }
        try console.print(try Self.text(of: name.joined(separator: " "), in: reference))
    }

    /// - Throws: `unknownName` with what was probably meant.
    static func text(of name: String, in reference: Reference) throws(IntegrationError) -> String {
        if name == "functions" { return FunctionPages.overview }
        let pages = [reference.docs(name), FunctionPages.page(name)].compactMap(\.self)
        guard pages.isEmpty else { return pages.joined(separator: "\n") }
        let list = "`integration docs` lists every name."
        let near = reference.suggestion(for: name) ?? FunctionPages.suggestion(for: name).map { "'\($0)'" }
        throw IntegrationError(
            .unknownName, "there is no type, no part of a configuration and no function named `\(name)`",
            remedy: near.map { "Did you mean `integration docs \($0)`? \(list)" } ?? list)
    }
}
