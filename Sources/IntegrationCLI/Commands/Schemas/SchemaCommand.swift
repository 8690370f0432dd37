internal import ArgumentParser

struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Shows the schemas of a configuration and their versions.",
        discussion: """
            EXAMPLES:
              integration schema list
              integration schema show order@2
            """,
        subcommands: [SchemaListCommand.self, SchemaShowCommand.self])
}
