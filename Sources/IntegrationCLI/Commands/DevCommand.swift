internal import ArgumentParser
internal import Integration
internal import IntegrationCore
internal import Logging

struct DevCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dev", abstract: "Runs a configuration and reloads it whenever a file of it is saved.",
        discussion: """
            EXAMPLES:
              integration dev
              integration dev orders.yaml
              integration dev orders.yaml --set flows.orders.source.batch_size=1

            Watched are the files of the configuration, what they include, and the schemas, tables and the like that \
            they name. A reload is a transaction: only flows that have changed are drained and replaced, and with a \
            mistake nothing changes.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Option(help: "Nothing below it is logged; without it as `monitoring` says.")
    var logLevel: RunCommand.LogThreshold?

    func run() async throws {
        try await Session(
            configuration: RunConfiguration(paths: options.files, overrides: options.overrides, catalog: .standard),
            reloadsOnSave: true, level: logLevel?.level
        ).run(.process)
    }
}
