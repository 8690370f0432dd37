internal import IntegrationConfiguration
internal import IntegrationCore
internal import IntegrationEngine
internal import IntegrationServer
internal import ServiceLifecycle

/// Reloads when a file of the configuration is saved, and says what came of it.
struct SavedFiles: Service {
    private let loaded: LoadedConfiguration
    private let flows: any FlowAdministration
    private let configuration: RunConfiguration
    private let line: StatusLine
    private let clock: any TimeSource

    init(
        _ loaded: LoadedConfiguration, flows: any FlowAdministration, configuration: RunConfiguration, line: StatusLine,
        clock: any TimeSource
    ) {
        self.clock = clock
        self.loaded = loaded
        self.flows = flows
        self.configuration = configuration
        self.line = line
    }

    func run() async throws {
        do {
            try await watch()
        } catch is CancellationError {
            return
        }
    }

    private func watch() async throws {
        try await cancelWhenGracefulShutdown {
            var watcher = try FileWatcher(files: loaded.watchedFiles)
            while true {
                await watcher.wait()
                // An editor writes, renames and touches: all that is one save.
                try await clock.sleep(for: .milliseconds(30))
                // What is read may have changed as well; what is saved from here on is another save.
                let files = try configuration.load().configuration.watchedFiles
                watcher = try FileWatcher(files: files.isEmpty ? loaded.watchedFiles : files)
                await reload()
            }
        }
    }

    private func reload() async {
        do throws(IntegrationError) {
            line.say("reloaded: " + Self.text(try await flows.reload()))
        } catch  where error.code == .configurationRefused {
            line.say(line.style.diagnostics(error.causes.joined(separator: "\n")))
            line.say("\nnothing was reloaded; what ran before runs on")
        } catch {
            line.say(line.style.error(error.description))
        }
    }

    /// `1 flow added (a), 2 replaced (b, c), 3 untouched`.
    static func text(_ report: Engine.ReloadReport) -> String {
        var parts: [String] = []
        for (names, word) in [(report.added, "added"), (report.replaced, "replaced"), (report.removed, "removed")]
        where !names.isEmpty {
            parts.append("\(Figures.count(names.count, "flow")) \(word) (\(names.joined(separator: ", ")))")
        }
        if parts.isEmpty { parts.append("nothing has changed") }
        if !report.kept.isEmpty { parts.append("\(Figures.count(report.kept.count)) untouched") }
        return parts.joined(separator: ", ")
    }
}
