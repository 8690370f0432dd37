internal import IntegrationCore
internal import IntegrationDocument

/// Values of patches in configurations: taken as they stand, but for `{{ JSONata }}` in their texts.
///
/// Unlike in a template's mapping, a text that begins with `$` is itself: a patch is data of a standard.
enum PatchValue {
    static func compile(
        _ node: ConfigurationNode, name: String, missing: MissingValue, _ build: FlowBuild
    ) throws(IntegrationError) -> PatchProgram.Value {
        guard hasExpressions(node) else { return .words(try words(of: node, build.literals)) }
        return .template(
            try TemplateProgram(
                name: name, mapping: mapping(node), options: TemplateOptions(missing: missing),
                literals: build.literals, expressions: TemplateExpressions(environment: build.environment)))
    }

    private static func words(of node: ConfigurationNode, _ literals: Literals) throws(IntegrationError) -> [Word] {
        do {
            return try Document(node.json, policy: .lenient).withRoot { literals.value($0) }
        } catch {
            throw IntegrationError(.invalidPatch, "a value of the patch is not JSON: \(error)")
        }
    }

    private static func hasExpressions(_ node: ConfigurationNode) -> Bool {
        switch node.content {
        case .scalar(let scalar): scalar.kind == .string && scalar.text.contains("{{")
        case .sequence(let elements): elements.contains { hasExpressions($0) }
        case .mapping(let mapping): mapping.entries.contains { hasExpressions($0.value) }
        }
    }

    /// As a template's mapping, in which nothing but `{{ … }}` has a meaning.
    private static func mapping(_ node: ConfigurationNode) -> TemplateNode {
        func plain(_ text: String) -> String { text.hasPrefix("$") ? "$" + text : text }
        switch node.content {
        case .mapping(let mapping): return .object(mapping.entries.map { (plain($0.key), Self.mapping($0.value)) })
        case .sequence(let elements): return .array(elements.map { Self.mapping($0) })
        case .scalar(let scalar): return scalar.kind == .string ? .text(plain(scalar.text)) : TemplateNode(node)
        }
    }
}
