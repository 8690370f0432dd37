internal import ArgumentParser
internal import Integration
internal import IntegrationConfiguration
internal import IntegrationCore

struct SchemaListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists every version of every schema, and which of them a bare name means.",
        discussion: """
            EXAMPLES:
              integration schema list
              integration schema list prod.yaml -o json
            """)

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var format: OutputOptions

    func run() throws {
        let console = Console.process
        let document = try options.document(console)
        let records = Self.records(document)
        try console.print(records.text(format.output, console.output.style))
        if format.output == .table { console.say("\nNext: integration schema show NAME") }
    }

    static func records(_ document: ConfigurationDocument) -> Records {
        var records = Records(columns: ["schema", "latest", "type", "place"])
        for schema in document.schemas {
            for version in schema.value.declared(as: schema.name) {
                records.rows.append([
                    .string(version.names[0]), .string(version.names.contains(schema.name) ? "yes" : "no"),
                    .string(schema.value.language.rawValue), .string(version.file ?? schema.span.location.description),
                ])
            }
        }
        return records
    }
}

extension ConfigurationOptions {
    /// The configuration without mistakes.
    ///
    /// - Throws: `badConfiguration`, after every mistake has been shown.
    func document(_ console: Console) throws -> ConfigurationDocument {
        let loaded = load(.standard)
        guard let document = loaded.document else {
            console.say(console.words.style.diagnostics(loaded.report()))
            throw CommandFailure(.badConfiguration)
        }
        return document
    }
}
