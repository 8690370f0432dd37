internal import ArgumentParser
internal import Integration
internal import IntegrationConfiguration
internal import IntegrationCore

struct SchemaShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Prints a schema as flows use it: NAME, NAME@VERSION or NAME@latest.",
        discussion: """
            EXAMPLES:
              integration schema show order
              integration schema show order@2 prod.yaml
            """)

    @Argument(help: "The schema, with or without a version.")
    var name: String

    @OptionGroup var options: ConfigurationOptions

    func run() throws {
        let console = Console.process
        let document = try options.document(console)
        let text = try Self.text(of: name, in: document)
        let json = String(decoding: text.text, as: UTF8.self)
        try console.print(json)
        console.say("\n\(text.name) stands in \(text.place)")
    }

    /// - Throws: `unknownName` with the names there are; what reading its file throws.
    static func text(of name: String, in document: ConfigurationDocument) throws(IntegrationError) -> NamedText {
        let names = document.schemas.flatMap { schema in schema.value.declared(as: schema.name).flatMap(\.names) }
        guard names.contains(name) else {
            let near = Suggestion.nearest(to: name, among: names)
            let list = "`integration schema list` lists every version."
            throw IntegrationError(
                .unknownName, "the configuration has no schema `\(name)`",
                remedy: near.map { "Did you mean `\($0)`? \(list)" } ?? list)
        }
        return try document.schemaText(name)
    }
}
