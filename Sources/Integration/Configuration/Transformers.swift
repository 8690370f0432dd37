internal import FileSystemClient
public import IntegrationCore
internal import IntegrationDocument
public import IntegrationTransforms

/// Templates, schemas and formats that flows name, in YAML and in Swift.
///
/// ```swift
/// let transformers = try Transformers()
///     .withTemplate("order-template", ["id": "$.orderId", "total": "$.orderTotal"])
///     .withSchema("order-schema", path: "schemas/order.json")
/// try await integration.configureTransformers(transformers)
/// …
/// TransformStep("transform", template: "order-template")
/// ValidateStep("validate", named: "order-schema")
/// ```
public struct Transformers: Sendable {
    public var templates: [String: TemplateNode] = [:]
    public var schemas: [String: NamedText] = [:]
    /// By the name that `format:` gives.
    public var codecs: [String: any Codec] = [:]

    public init() {}

    /// The same with one more template.
    public func withTemplate(_ name: String, _ mapping: TemplateNode) -> Transformers {
        changed { $0.templates[name] = mapping }
    }

    /// The same with one more JSON Schema, as text.
    public func withSchema(_ name: String, json: String) -> Transformers {
        changed { $0.schemas[name] = NamedText(name: name, text: Array(json.utf8), place: name) }
    }

    /// The same with one more JSON Schema, from a file.
    ///
    /// - Throws: when the file can't be read.
    public func withSchema(_ name: String, path: String) throws(IntegrationError) -> Transformers {
        let block = try RegularFile.read(path)
        let text = Array(UnsafeBufferPointer(start: block.start, count: block.count))
        return changed { $0.schemas[name] = NamedText(name: name, text: text, place: path, file: path) }
    }

    /// The same with one more format, under the codec's own name.
    public func withCodec(_ codec: any Codec) -> Transformers { changed { $0.codecs[codec.name] = codec } }

    private func changed(_ change: (inout Transformers) -> Void) -> Transformers {
        var copy = self
        change(&copy)
        return copy
    }

    // MARK: At work

    /// - Throws: the first template or schema that can't be compiled.
    func check() throws(IntegrationError) {
        for name in templates.keys.sorted() {
            guard let mapping = templates[name] else { continue }
            _ = try TransformStep(name, .template(mapping, name: name)).makeStep(FlowBuild(flow: name))
        }
        let registry = SchemaRegistry(DeclaredSchema.list(schemas))
        for name in schemas.keys.sorted() {
            guard let text = schemas[name] else { continue }
            var step = ValidateStep(name, schema: text)
            step.registry = registry
            _ = try step.makeStep(FlowBuild(flow: name))
        }
    }

    /// Adds another's; nothing has changed where it throws.
    ///
    /// - Throws: `nameTaken`.
    mutating func add(_ other: Transformers, formats: Set<String>) throws(IntegrationError) {
        for (kind, taken, new) in [
            ("template", Set(templates.keys), other.templates.keys.sorted()),
            ("schema", Set(schemas.keys), other.schemas.keys.sorted()),
            ("format", formats.union(codecs.keys), other.codecs.keys.sorted()),
        ] {
            if let name = new.first(where: { taken.contains($0) }) {
                throw IntegrationError(.nameTaken, "there is a \(kind) named `\(name)` already")
            }
        }
        templates.merge(other.templates) { old, _ in old }
        schemas.merge(other.schemas) { old, _ in old }
        codecs.merge(other.codecs) { old, _ in old }
    }

    /// The step with what it names in its place; a name that means nothing is left, and refused when it is built.
    func resolve(_ step: any StepDefinition) -> any StepDefinition {
        if var step = step as? TransformStep, case .named(let name) = step.mapping, let mapping = templates[name] {
            step.mapping = .template(mapping, name: name)
            return step
        }
        if var step = step as? ValidateStep, case .named(let name) = step.schema, let text = schemas[name] {
            step.schema = .text(text)
            step.registry = SchemaRegistry(DeclaredSchema.list(schemas))
            return step
        }
        return step
    }
}
