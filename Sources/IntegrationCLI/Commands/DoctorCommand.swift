internal import ArgumentParser
internal import Glibc
internal import Integration
internal import IntegrationConfiguration
internal import IntegrationCore
internal import IntegrationServer
internal import IntegrationStore

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Looks at a configuration, its storage folder and its engine, and says what is wrong.",
        discussion: """
            EXAMPLES:
              integration doctor
              integration doctor --config prod.yaml
              integration doctor --mend

            Without --mend nothing is changed. The store is read whole. Exit status 0 where nothing is wrong, 1 where
            something is.
            """)

    @OptionGroup var options: EngineOptions

    @Flag(help: "Set the counters of a stopped engine's store to what is counted, before looking.")
    var mend = false

    func run() async throws {
        let console = Console.process
        let paths = options.files.isEmpty ? ConfigurationOptions.standard : options.files
        var examination = Examination(style: console.output.style)
        let loaded = ConfigurationLoader(catalog: .standard).load(paths: paths)
        let errors = loaded.diagnostics.count(.error)
        examination.note(
            "configuration", isGood: errors == 0,
            "\(paths.joined(separator: ", ")): \(errors == 0 ? "no mistakes" : Figures.count(errors, "error"))",
            next: "integration check \(paths.map(ShellWord.quoted).joined(separator: " "))")
        if let folder = SocketPlace.storage(loaded.root) {
            if mend { try await SQLiteStore.mend(folder) }
            await examination.examine(storage: folder)
        } else {
            examination.note("storage", isGood: true, "none: state lives in memory")
        }
        try await examination.examine(engine: options)
        try console.print(examination.lines.joined(separator: "\n"))
        guard let next = examination.next else { return console.say("\nnothing is wrong") }
        console.say("\nNext: \(next)")
        throw CommandFailure(.failed)
    }
}

/// What `doctor` found, one line a part.
struct Examination {
    let style: Style
    private(set) var lines: [String] = []
    /// What to do about the first thing that is wrong; nil where nothing is.
    private(set) var next: String?

    init(style: Style) { self.style = style }

    mutating func note(_ part: String, isGood: Bool, _ text: String, next: String = "") {
        let gap = String(repeating: " ", count: max(1, 15 - part.count))
        lines.append((isGood ? style.green("✓") : style.red("✗")) + " \(part)\(gap)\(text)")
        if !isGood, self.next == nil { self.next = next }
    }

    mutating func examine(storage folder: String) async {
        var status = stat()
        guard stat(folder, &status) == 0 else {
            return note("storage", isGood: true, "\(folder) is not there yet; the first run makes it")
        }
        let mode = status.st_mode & 0o777
        let isPrivate = mode & 0o077 == 0
        note(
            "storage", isGood: isPrivate,
            isPrivate
                ? "\(folder) is for its owner alone"
                : "others may look into \(folder) (mode 0\(String(mode, radix: 8)))",
            next: "chmod 700 \(ShellWord.quoted(folder))")
        let owner = SQLiteReader.owner(of: folder).map { "process \($0) owns the folder" }
        note("lock", isGood: true, owner ?? "no process owns the folder")
        let health = await SQLiteStore.examine(folder)
        // Who may look into an open store was said above.
        let problems = health.problems.filter { health.layout == nil || $0.code == .storeDamaged }
        if let first = problems.first {
            return note(
                "store", isGood: false, problems.map(\.message).joined(separator: "; "),
                next: health.canBeMended ? "integration doctor --mend" : "integration explain \(first.code)")
        }
        do {
            try await SQLiteReader.withReader(of: folder) { reader in
                let queues = try await reader.queues()
                let dead = try await reader.deadLetterGroups(DeadLetterFilter()).reduce(0) { $0 + $1.count }
                let messages = Figures.count(queues.reduce(0) { $0 + $1.messages }, "message")
                note(
                    "store", isGood: true,
                    "whole: \(messages) in \(Figures.count(queues.count, "queue")), "
                        + Figures.count(dead, "dead letter")
                )
            }
        } catch let error as IntegrationError {
            note("store", isGood: false, error.message, next: "integration explain \(error.code)")
        } catch {
            note("store", isGood: false, "\(error)", next: "integration explain \(ErrorCode.storageFailed)")
        }
    }

    mutating func examine(engine options: EngineOptions) async throws {
        do throws(IntegrationError) {
            let reply = try await options.engine().ask(.get, "/v1/status")
            let version = reply.text("version") ?? ""
            note(
                "engine", isGood: version == Version.current,
                "process \(reply.integer("pid") ?? 0) answers, version \(version)"
                    + (version == Version.current ? "" : "; this command is \(Version.current)"),
                next: "run the engine and the command from the same version")
        } catch {
            // An engine that does not run is nothing wrong; one that does not answer is.
            let isMissing = error.code == .engineUnreachable
            note(
                "engine", isGood: isMissing, isMissing ? "none runs: \(error.message)" : error.message,
                next: "integration explain \(error.code)")
        }
    }
}
