internal import ArgumentParser
internal import Integration
internal import IntegrationConfiguration

struct ConfigSchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Prints the JSON Schema (draft-07) of configurations.",
        discussion: """
            Editors complete and check with it. For the YAML language server, write this as the first line of a file:
              # yaml-language-server: $schema=integration.schema.json

            EXAMPLES:
              integration config schema > integration.schema.json
            """)

    func run() throws {
        try Console.process.print(JSONSchemaWriter(catalog: .standard).schema())
    }
}
