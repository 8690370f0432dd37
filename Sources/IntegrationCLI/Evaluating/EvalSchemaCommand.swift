internal import ArgumentParser
internal import IntegrationCore
internal import IntegrationDocument
internal import IntegrationTransforms

struct EvalSchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Validates a document by a JSON Schema.",
        discussion: """
            EXAMPLES:
              integration eval schema order.schema.json -i order.json
              integration eval schema '{"required": ["id"]}' < order.json

            Prints every violation as one JSON object. Exit status 0 where the document is valid, 1 where it is not.
            """)

    @Argument(help: "The schema, or the path of a file that holds it.")
    var schema: String

    @OptionGroup var input: InputOptions

    @Option(help: "At most this many violations are looked for.")
    var limit = 100

    func run() throws {
        let console = Console.process
        let compiled = try Self.compile(try InlineText(schema))
        let violations = try input.document().withRoot { compiled.violations($0, limit: max(1, limit)) }
        try console.print(Self.result(violations))
        if !violations.isEmpty { throw CommandFailure(.failed) }
    }

    /// - Throws: every mistake of the schema, each with its place.
    static func compile(_ text: InlineText) throws(IntegrationError) -> CompiledSchema {
        let document: Document
        do {
            document = try Document(text.bytes)
        } catch {
            let place = Excerpt.text(String(decoding: text.bytes, as: UTF8.self), offset: error.offset)
            throw IntegrationError(.inputUnreadable, "\(text.name) is not JSON: \(error)\n\(place)")
        }
        do {
            return try JSONSchema.compile(document)
        } catch {
            let problems = error.problems.map { "\($0.location): \($0.message)" }
            throw IntegrationError(
                error.problems.first?.code ?? .schemaMetaschema, problems.first ?? "", component: text.name,
                causes: Array(problems.dropFirst()))
        }
    }

    /// `{"valid": …, "violations": [{"path", "message", "code", "keyword", "schema"}]}`.
    static func result(_ violations: [Violation]) -> String {
        let list = violations.map { violation in
            ConfigurationNode.mapping([
                ("path", .string(violation.location.path)), ("message", .string(violation.message)),
                ("code", .string(violation.code.id)), ("keyword", .string(violation.keyword)),
                ("schema", .string(violation.schemaLocation)),
            ])
        }
        return ConfigurationNode.mapping([
            ("valid", .plain(violations.isEmpty ? "true" : "false")), ("violations", .sequence(list)),
        ]).json
    }
}
