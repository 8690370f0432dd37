internal import ArgumentParser
internal import Glibc
internal import Integration
internal import IntegrationConfiguration
internal import IntegrationCore
internal import IntegrationEngine
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
        let console = Console.process
        // A reader that went away is an error of the destination that writes to it, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        let catalog = Catalog.standard
        let loaded = options.load(catalog)
        let document = try Self.accepted(loaded, console)
        let plan: EnginePlan
        do throws(IntegrationError) {
            plan = try EnginePlan(
                document, catalog: catalog, environment: ConfigurationEnvironment.process().variables,
                readsFromStart: fromStart)
            if untilIdle { try Self.checkEnds(plan.flows) }
        } catch {
            throw CommandFailure(.badConfiguration, error)
        }
        let line = StatusLine(console.words)
        if !untilIdle, line.isShown {
            line.say("running \(Figures.count(plan.flows.count, "flow")); Ctrl-C finishes what is in hand and stops")
        }
        let run = FlowRun(
            plan: plan, mode: untilIdle ? .untilIdle : .untilStopped,
            level: level(document), line: line)
        let outcome = await run.run()
        if outcome.error == nil {
            let places = DeadLetterPlaces.places(of: plan, in: loaded.root)
            console.say(RunSummary(outcome: outcome, places: places, style: console.words.style).text)
        }
        try conclude(outcome, console)
    }

    private func level(_ document: ConfigurationDocument) -> Logger.Level {
        Logger.Level(rawValue: logLevel?.rawValue ?? document.monitoring.level.rawValue) ?? .info
    }

    /// - Throws: with exit status 78 when there is a mistake, after all of them were shown.
    private static func accepted(
        _ loaded: LoadedConfiguration, _ console: Console
    ) throws(CommandFailure) -> ConfigurationDocument {
        let style = console.words.style
        guard let document = loaded.document, !loaded.diagnostics.blocksRun else {
            let count = loaded.diagnostics.escalated().count(.error)
            console.say(style.diagnostics(loaded.refusal()))
            console.say("\nnothing was run: \(Figures.count(count, "error")). Next: integration check")
            throw CommandFailure(.badConfiguration)
        }
        if loaded.diagnostics.count(.warning) > 0 {
            console.say(style.diagnostics(loaded.report(from: .warning)) + "\n")
        }
        return document
    }

    /// - Throws: `sourcesNeverEnd`, naming them.
    static func checkEnds(_ flows: [Flow]) throws(IntegrationError) {
        var endless: [String] = []
        for flow in flows {
            for entry in flow.sources where !entry.source.isFinite {
                endless.append("`\(entry.name)` of flow `\(flow.name)`")
            }
        }
        guard !endless.isEmpty else { return }
        let verb = endless.count == 1 ? "has no end" : "have no end"
        throw IntegrationError(.sourcesNeverEnd, "\(endless.joined(separator: ", ")) \(verb)")
    }

    /// - Throws: with exit status 1 or above when something failed.
    private func conclude(_ outcome: FlowRun.Outcome, _ console: Console) throws(CommandFailure) {
        if let error = outcome.error { throw CommandFailure(ExitStatus(error), error) }
        var failures: [IntegrationError] = []
        for snapshot in outcome.snapshots {
            if case .failed(let error) = snapshot.state { failures.append(error) }
        }
        for error in failures { console.say("\n" + console.words.style.error(error.description)) }
        if !failures.isEmpty { throw CommandFailure(.failed) }
        let dead = outcome.snapshots.reduce(0) { $0 + $1.dead }
        if failOnDeadLetters, dead > 0 {
            throw CommandFailure(
                .failed, IntegrationError(.deadLettersLeft, Figures.count(dead, "message") + " failed for good"))
        }
    }
}
