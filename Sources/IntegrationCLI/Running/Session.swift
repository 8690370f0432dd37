internal import Glibc
internal import IntegrationConfiguration
internal import IntegrationCore
internal import IntegrationEngine
internal import Logging

/// What `run` and `dev` do: read a configuration, run it, and say at the end what came of it.
struct Session {
    let configuration: RunConfiguration
    /// Ends when every source is at its end.
    var untilIdle = false
    var failOnDeadLetters = false
    /// Reads the configuration again when one of its files is saved.
    var reloadsOnSave = false
    var level: Logger.Level?

    /// - Throws: with exit status 78 where the configuration is refused, 1 or above where something failed.
    func run(_ console: Console) async throws {
        // A reader that went away is an error of the destination that writes to it, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        let loaded = try await acceptable(console)
        guard let document = loaded.configuration.document, let root = loaded.configuration.root else { return }
        let plan: EnginePlan
        do throws(IntegrationError) {
            plan = try configuration.plan(document)
            if untilIdle { try Self.checkEnds(plan.flows) }
        } catch {
            throw CommandFailure(.badConfiguration, error)
        }
        let line = StatusLine(console.words)
        if !untilIdle, line.isShown || reloadsOnSave {
            let saving = reloadsOnSave ? "saving a file reloads, " : ""
            line.say(
                "running \(Figures.count(plan.flows.count, "flow")); \(saving)Ctrl-C finishes what is in hand and stops"
            )
        }
        let run = FlowRun(
            plan: plan, mode: untilIdle ? .untilIdle : .untilStopped,
            level: level ?? Logger.Level(rawValue: document.monitoring.level.rawValue) ?? .info, line: line,
            configuration: configuration, document: document, root: root, storage: loaded.storage,
            watched: reloadsOnSave ? loaded.configuration : nil)
        let outcome = await run.run()
        if outcome.error == nil {
            let places = DeadLetterPlaces.places(of: plan, in: root)
            let named =
                configuration.paths == ConfigurationOptions.standard
                ? "" : configuration.paths.map { " --config \(ShellWord.quoted($0))" }.joined()
            let stored = (DeadLetterPlaces.stored(of: plan, in: root), "integration dlq list" + named)
            console.say(
                RunSummary(outcome: outcome, places: places, stored: stored, style: console.words.style).text)
        }
        try conclude(outcome, console)
    }

    /// A configuration that can be run; all mistakes were shown where there were some.
    ///
    /// With `reloadsOnSave` it waits until they are mended.
    ///
    /// - Throws: with exit status 78 when there is a mistake.
    private func acceptable(_ console: Console) async throws -> RunConfiguration.Loaded {
        while true {
            let loaded = try configuration.load()
            let style = console.words.style
            let diagnostics = loaded.configuration.diagnostics
            if loaded.configuration.document != nil, !diagnostics.blocksRun {
                if diagnostics.count(.warning) > 0 {
                    console.say(style.diagnostics(loaded.configuration.report(from: .warning)) + "\n")
                }
                for flow in loaded.deleted.sorted() {
                    console.say("the flow \(flow) is left out: it was deleted (\(loaded.storage ?? "")/flows)")
                }
                return loaded
            }
            console.say(style.diagnostics(loaded.configuration.refusal()))
            for kept in loaded.kept {
                console.say(
                    "read as well: \(loaded.storage ?? "")/flows/\(kept.stem).yaml, created from \(kept.text.file)")
            }
            let count = diagnostics.escalated().count(.error)
            guard reloadsOnSave else {
                console.say("\nnothing was run: \(Figures.count(count, "error")). Next: integration check")
                throw CommandFailure(.badConfiguration)
            }
            console.say("\nnothing runs yet: \(Figures.count(count, "error")); waiting for a file to be saved")
            try await FileWatcher(files: loaded.configuration.watchedFiles).wait()
        }
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

extension LoadedConfiguration {
    /// Every file that a run of it depends on.
    var watchedFiles: [String] {
        // Overrides have a name but no file.
        let read = files.keys.filter { !$0.hasPrefix("--set") }.sorted()
        return read + (root.map { ConfigurationFingerprints($0).files } ?? [])
    }
}
