internal import IntegrationCore

/// Holds the texts of each flow's steps against what is known of messages by then: the schema that they have fulfilled,
/// or what an earlier step makes.
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
        var outline: BodyOutline?
        let path = ["flows", flow.name]
        for (index, step) in flow.value.steps.enumerated() {
            let place = path + ["steps", "[\(index)]"]
            if let outline { check(below: place, against: outline) }
            switch step.configuration.type.outcome {
            case .kept: continue
            case .changed: outline = nil
            case .validated:
                let name = references.first { $0.kinds.contains(.schema) && $0.path.starts(with: place) }?.name
                outline = name.flatMap { name in
                    self.text(of: name).map { BodyOutline(.schema(name), schema: $0) }
                }
            case .computed(let outcome):
                outline = outcome(
                    StepOutlineInput(
                        name: step.name, fields: step.configuration.fields, before: outline, template: mapping(of:)))
            }
        }
        if let outline { check(below: path + ["destination"], against: outline) }
    }

    /// Checks the texts below a place, and those of the templates that it names.
    private mutating func check(below place: [String], against outline: BodyOutline) {
        var places = [place]
        for reference in references where reference.kinds.contains(.template) && reference.path.starts(with: place) {
            places.append(["templates", reference.name])
        }
        for text in texts where places.contains(where: { text.path.starts(with: $0) }) {
            for var mistake in languages.paths?(text.text, text.language, outline) ?? [] {
                if !mistake.isWarning { mistake.message += " (\(outline.origin.words))" }
                text.report(mistake, to: &diagnostics)
            }
        }
    }

    /// The mapping of a template; nil where there is none of the name, which is said elsewhere.
    private func mapping(of template: String) -> ConfigurationNode? {
        provided.templates[template]
            ?? root.fields[RootConfiguration.templates].first { $0.name == template }?.value.mapping
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

extension BodyOutline.Origin {
    fileprivate var words: String {
        switch self {
        case .schema(let name): "schema `\(name)`"
        case .step(let name): "step `\(name)`"
        }
    }
}
