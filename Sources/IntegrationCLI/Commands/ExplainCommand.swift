internal import ArgumentParser
internal import Integration
internal import IntegrationConfiguration
internal import IntegrationCore

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Explains an error code and what to do about it.",
        discussion: """
            EXAMPLES:
              integration explain               every code
              integration explain IE2201
              integration explain 2201
            """)

    @Argument(help: "An error code; all are listed when it is left out.")
    var code: String?

    @OptionGroup var options: OutputOptions

    func run() throws {
        let console = Console.process
        if let code {
            return try console.print(try Self.text(of: code, in: Reference(catalog: .standard)))
        }
        try console.print(Self.records(ErrorCode.all).text(options.output, console.output.style))
        if options.output == .table { console.say("\nNext: integration explain CODE") }
    }

    static func records(_ codes: [ErrorCode]) -> Records {
        var records = Records(columns: ["code", "retried", "title"])
        for code in codes.sorted(by: { $0.id < $1.id }) {
            records.rows.append([.string(code.id), .string(code.isRetryable ? "yes" : "no"), .string(code.title)])
        }
        return records
    }

    /// - Throws: `unknownName` with the nearest code.
    static func text(of code: String, in reference: Reference) throws(IntegrationError) -> String {
        if let text = reference.explain(code) { return text }
        let list = "`integration explain` lists every code."
        let nearest = Suggestion.nearest(to: code.uppercased(), among: ErrorCode.all.map(\.id))
        throw IntegrationError(
            .unknownName, "there is no error code `\(code)`",
            remedy: nearest.map { "Did you mean `integration explain \($0)`? \(list)" } ?? list)
    }
}
