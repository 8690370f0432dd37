internal import IntegrationCore

/// Holds the texts of each flow's steps against the schema that messages have fulfilled by then.
struct SchemaLinter {
    private let root: RootConfiguration
    private let provided: ProvidedParts
    private let languages: LanguageChecks
    private let texts: [WrittenText]
    private let references: [NameReference]
    /// Schemas that were read, by name; nil where one can't be.
    private var schemas: [String: [UInt8]?] = [:]
    private(set) var diagnostics: Diagnostics

    init(
        _ root: RootConfiguration, _ context: DecodingContext, provided: ProvidedParts, diagnostics: Diagnostics
    ) {
        self.root = root
        self.provided = provided
        languages = context.catalog.languages
        texts = context.texts
        references = context.references
        self.diagnostics = diagnostics
    }

    mutating func check() {
        guard languages.paths != nil else { return }
        for flow in root.fields[RootConfiguration.flows] { check(flow) }
    }

    private mutating func check(_ flow: Named<FlowConfiguration>) {
        var schema: (name: String, text: [UInt8])?
        let path = ["flows", flow.name]
        for (index, step) in flow.value.steps.enumerated() {
            let place = path + ["steps", "[\(index)]"]
            if let schema { check(below: place, against: schema) }
            switch step.configuration.type.outcome {
            case .kept: continue
            case .changed: schema = nil
            case .validated:
                let name = references.first { $0.kinds.contains(.schema) && $0.path.starts(with: place) }?.name
                schema = name.flatMap { name in self.text(of: name).map { (name, $0) } }
            }
        }
        if let schema { check(below: path + ["destination"], against: schema) }
    }

    /// Checks the texts below a place, and those of the templates that it names.
    private mutating func check(below place: [String], against schema: (name: String, text: [UInt8])) {
        var places = [place]
        for reference in references where reference.kinds.contains(.template) && reference.path.starts(with: place) {
            places.append(["templates", reference.name])
        }
        for text in texts where places.contains(where: { text.path.starts(with: $0) }) {
            for var mistake in languages.paths?(text.text, text.language, schema.text) ?? [] {
                if !mistake.isWarning { mistake.message += " (schema `\(schema.name)`)" }
                text.report(mistake, to: &diagnostics)
            }
        }
    }

    /// The text of a JSON Schema; nil where it is of another language or can't be read, which is said elsewhere.
    private mutating func text(of name: String) -> [UInt8]? {
        if let known = schemas[name] { return known }
        let text = read(name)
        schemas[name] = .some(text)
        return text
    }

    private func read(_ name: String) -> [UInt8]? {
        if let given = provided.schemas[name] { return given.text }
        for schema in root.fields[RootConfiguration.schemas] where schema.value.language == .jsonSchema {
            for version in schema.value.declared(as: schema.name) where version.names.contains(name) {
                do throws(IntegrationError) {
                    return try version.text().text
                } catch {
                    return nil
                }
            }
        }
        return nil
    }
}
