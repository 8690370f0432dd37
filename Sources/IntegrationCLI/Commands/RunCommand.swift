internal import ArgumentParser
internal import Integration
internal import IntegrationCore
internal import Logging

struct RunCommand: AsyncParsableCommand {
    enum LogThreshold: String, ExpressibleByArgument, CaseIterable {
        case trace, debug, info, notice, warning, error, critical
    }

    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs the flows of a configuration.",
        discussion: """
            EXAMPLES:
              integration run                            until Ctrl-C or SIGTERM
              integration run orders.yaml --until-idle   until sources are at their end
              integration run flows/ --set flows.orders.source.batch_size=100

            SIGTERM or Ctrl-C stops reading, finishes what is in hand within `grace`, and exits with 0; Ctrl-C again ends \
            at once (130). A configuration with a mistake is refused (78). Dead letters do not change the exit status \
            unless --fail-on-dead-letters is given (1).
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Ends when every source is at its end and everything is settled.")
    var untilIdle = false

    @Flag(help: "Exits with 1 when messages went to the dead letters.")
    var failOnDeadLetters = false

    @Flag(help: "Reads files from their beginning, also what was settled in an earlier run.")
    var fromStart = false

    @Option(help: "Nothing below it is logged; without it as `monitoring` says.")
    var logLevel: LogThreshold?

    func run() async throws {
        try await Session(
            configuration: RunConfiguration(
                paths: options.files, overrides: options.overrides, catalog: .standard,
                readsFromStart: fromStart),
            untilIdle: untilIdle, failOnDeadLetters: failOnDeadLetters, level: logLevel?.level
        ).run(.process)
    }
}

extension RunCommand.LogThreshold {
    var level: Logger.Level? { Logger.Level(rawValue: rawValue) }
}
