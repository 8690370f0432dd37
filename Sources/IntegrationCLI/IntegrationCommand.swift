internal import ArgumentParser

/// The command itself: help, and one command below it for everything that can be done.
struct IntegrationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "integration",
        abstract: "Moves messages between systems: source → steps → destination.",
        discussion: """
            EXAMPLES:
              integration check integration.yaml         every mistake, with its line
              integration run integration.yaml           until Ctrl-C or SIGTERM
              integration run orders.yaml --until-idle   until sources are at their end
              integration dev integration.yaml           the same, and every saved change at once
              integration flow list                      what a running engine does
              integration run . --set flows.orders.source.batch_size=100
              integration docs file source               the options of a type
              integration explain IE2201                 what a code means, what to do
              integration eval jsonpath '$.items[*].sku' -i order.json

            Exit status: 0 done, 1 failed, 64 wrong usage, 69 unreachable, 75 try again later, 78 bad configuration. \
            Data goes to standard output, words to standard error; -o json or jsonl is for programs.
            """,
        version: Version.current,
        groupedSubcommands: [
            CommandGroup(
                name: "Configurations",
                subcommands: [
                    InitCommand.self, DevCommand.self, RunCommand.self, CheckCommand.self, ConfigCommand.self,
                    SchemaCommand.self,
                ]),
            CommandGroup(
                name: "Running engines",
                subcommands: [
                    FlowCommand.self, ConnectorCommand.self, ServiceCommand.self, QueueCommand.self,
                    DeadLetterCommand.self, EventCommand.self, TraceCommand.self, ReloadCommand.self,
                    DoctorCommand.self,
                ]),
            CommandGroup(
                name: "Reference", subcommands: [ListCommand.self, DocsCommand.self, ExplainCommand.self]),
            CommandGroup(name: "Languages", subcommands: [EvalCommand.self]),
            CommandGroup(
                name: "Program", subcommands: [VersionCommand.self, CompletionCommand.self]),
        ])
}
