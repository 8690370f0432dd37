internal import ArgumentParser
internal import Integration
internal import IntegrationConfiguration
internal import IntegrationCore
internal import IntegrationEngine
internal import Logging

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Shows every mistake of a configuration at once.",
        discussion: """
            EXAMPLES:
              integration check
              integration check prod.yaml flows/ --set storage.path=/tmp/data
              integration check integration.yaml -o json

            Nothing is opened and nothing runs. Exit status 0 without errors (warnings allowed), 78 with errors.
            """)

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var format: OutputOptions

    func run() throws {
        let console = Console.process
        let result = CheckResult(options.load(.standard), catalog: .standard)
        if format.output == .table {
            let style = console.words.style
            if !result.report.isEmpty { console.say(style.diagnostics(result.report) + "\n") }
            if let error = result.planError { console.say(style.error(error.description) + "\n") }
            console.say(result.conclusion(options.words))
        } else {
            try console.print(result.records.text(format.output, .plain))
        }
        if result.errors > 0 { throw CommandFailure(.badConfiguration) }
    }
}

/// Everything there is to say about a configuration.
struct CheckResult {
    private let loaded: LoadedConfiguration
    /// What stops it from being built although every line by itself is right.
    let planError: IntegrationError?
    private let plan: EnginePlan?

    /// Where nothing blocks a run, everything is built as for a run, so that what only building finds is found here.
    init(_ loaded: LoadedConfiguration, catalog: Catalog) {
        self.loaded = loaded
        var plan: EnginePlan?
        var planError: IntegrationError?
        if let document = loaded.document, !loaded.diagnostics.blocksRun {
            do throws(IntegrationError) {
                plan = try EnginePlan(
                    document, catalog: catalog, environment: ConfigurationEnvironment.process().variables)
                let logger = Logger(label: "check") { _ in SwiftLogNoOpLogHandler() }
                try plan?.engine(logger: logger, processors: 1).validate()
            } catch {
                planError = error
            }
        }
        self.plan = plan
        self.planError = planError
    }

    var report: String { loaded.report() }
    var errors: Int { loaded.diagnostics.count(.error) + (planError == nil ? 0 : 1) }
    var warnings: Int { loaded.diagnostics.count(.warning) }

    /// Counts, and what to do next.
    func conclusion(_ words: String) -> String {
        var counts: [String] = []
        if errors > 0 { counts.append(Figures.count(errors, "error")) }
        if warnings > 0 { counts.append(Figures.count(warnings, "warning")) }
        let verdict = counts.isEmpty ? "no mistakes" : counts.joined(separator: ", ")
        guard errors == 0 else {
            let codes = loaded.diagnostics.sorted.filter { $0.severity == .error }.map(\.code.id)
            let code = codes.first ?? planError?.code.id ?? ""
            return "\(verdict). Next: integration explain \(code)"
        }
        guard let plan else {
            return loaded.document == nil
                ? "\(verdict)."
                : "\(verdict); `integration run` refuses it as it is. Next: integration explain \(blocker)"
        }
        let parts = [
            Figures.count(plan.flows.count, "flow"), Figures.count(plan.destinations.count, "destination"),
            Figures.count(plan.lookups.count, "service"),
        ]
        return "\(verdict): \(parts.joined(separator: ", ")). Next: integration run \(words)"
    }

    private var blocker: String { loaded.diagnostics.sorted.first(where: \.blocksRun)?.code.id ?? "" }

    /// Diagnostics for programs.
    var records: Records {
        var records = Records(columns: ["severity", "code", "message", "file", "line", "column", "help"])
        for diagnostic in loaded.diagnostics.sorted {
            let place = diagnostic.span.location
            records.rows.append([
                .string(diagnostic.severity.rawValue), .string(diagnostic.code.id), .string(diagnostic.message),
                .string(place.file), .plain(String(place.line)), .plain(String(place.column)),
                diagnostic.help.map { .string($0) } ?? .null,
            ])
        }
        if let planError {
            records.rows.append([
                .string("error"), .string(planError.code.id), .string(planError.message),
                .string(planError.component ?? ""), .plain("0"), .plain("0"),
                .string(planError.remedy ?? planError.code.remedy),
            ])
        }
        return records
    }
}
