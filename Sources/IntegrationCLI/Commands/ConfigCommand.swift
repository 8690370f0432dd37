internal import ArgumentParser

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Shows a configuration as it is read, or its schema.",
        discussion: """
            EXAMPLES:
              integration config show
              integration config show connectors.rest-api --config prod.yaml
              integration config schema > integration.schema.json
            """,
        subcommands: [ConfigShowCommand.self, ConfigSchemaCommand.self])
}
