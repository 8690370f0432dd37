public import IntegrationCore
internal import IntegrationDocument

/// Refuses messages that do not fulfil a JSON Schema, with every violation.
public struct ValidateStep: StepDefinition {
    /// Where the schema comes from.
    public enum Schema: Sendable {
        /// Its text; the place is what errors call it.
        case text(NamedText)
        /// A schema of the program that runs the flow, by its name.
        case named(String)
    }

    public var name: String
    public var schema: Schema
    public var options: SchemaOptions
    /// What the schema may refer to.
    public var registry = SchemaRegistry()

    /// - Parameter schema: the text of the schema; its place is what errors call it.
    public init(_ name: String, schema: NamedText, options: SchemaOptions = SchemaOptions()) {
        self.name = name
        self.schema = .text(schema)
        self.options = options
    }

    /// A step with a schema written in Swift.
    public init(_ name: String, schema: String) {
        self.init(name, schema: NamedText(name: name, text: Array(schema.utf8), place: name))
    }

    /// A step with a schema that the program knows by its name.
    public init(_ name: String, named schema: String, options: SchemaOptions = SchemaOptions()) {
        self.name = name
        self.schema = .named(schema)
        self.options = options
    }

    public func makeStep(_ build: FlowBuild) throws(IntegrationError) -> BuiltStep {
        switch schema {
        case .text(let text): return try compile(text)
        case .named(let schema):
            throw IntegrationError(
                .cannotBuild, "there is no schema named `\(schema)`",
                remedy: "Give the program a schema of this name before the flow, by `configureTransformers`.")
        }
    }

    private func compile(_ schema: NamedText) throws(IntegrationError) -> BuiltStep {
        let document: Document
        do {
            document = try Document(schema.text)
        } catch {
            throw IntegrationError(.cannotBuild, "schema \(schema.place) is not JSON", causes: [error.description])
        }
        do {
            let compiled = try JSONSchema.compile(
                document, baseURI: SchemaRegistry.uri(of: schema), registry: registry, options: options)
            return .immediate(Validation(name: name, schema: compiled))
        } catch {
            throw IntegrationError(
                error.problems.first?.code ?? .cannotBuild, "\(schema.place) is not a valid schema",
                causes: [error.description])
        }
    }
}

/// A schema at work.
struct Validation: Step {
    let name: String
    let schema: CompiledSchema

    /// Violations that an error names.
    private static let shown = 10

    func process(_ batch: inout Batch, in context: FlowContext) throws(IntegrationError) {
        batch.forEach(name) { message, arena throws(IntegrationError) in
            let view = try message.parsed(in: arena)
            if schema.isValid(view) { return .keep }
            throw Self.error(schema.violations(view, limit: Self.shown))
        }
    }

    /// The first violation, with the others as its causes.
    private static func error(_ violations: [Violation]) -> IntegrationError {
        guard var error = violations.first?.error else {
            return IntegrationError(.schemaGivenUp, "the message is refused, but not for a reason that can be told")
        }
        error.causes = violations.dropFirst().map(\.message)
        return error
    }
}
