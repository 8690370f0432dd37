internal import ArgumentParser
internal import IntegrationCore

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Shows the version, the compiler and the platform.",
        discussion: """
            EXAMPLES:
              integration version
              integration version -o json
            """)

    @OptionGroup var options: OutputOptions

    func run() throws {
        let console = Console.process
        guard options.output != .table else {
            return try console.print("integration \(Version.current) (Swift \(Version.swift), \(Version.platform))")
        }
        let version = Records(
            columns: ["version", "swift", "platform"],
            rows: [[.string(Version.current), .string(Version.swift), .string(Version.platform)]])
        // One thing, not a list of things.
        try console.print(version.text(.jsonl, .plain))
    }
}
