public import IntegrationCore
internal import IntegrationDocument

extension TemplateNode {
    /// The mapping that a configuration holds.
    public init(_ node: ConfigurationNode) {
        switch node.content {
        case .mapping(let mapping): self = .object(mapping.entries.map { ($0.key, TemplateNode($0.value)) })
        case .sequence(let elements): self = .array(elements.map { TemplateNode($0) })
        case .scalar(let scalar): self = scalar.kind == .string ? .text(scalar.text) : .json(node.json)
        }
    }

    /// A literal from JSON text; text that is not JSON stands for itself.
    private static func json(_ text: String) -> TemplateNode {
        do {
            return .literal(try Document(text, policy: .lenient))
        } catch {
            return .text(text)
        }
    }
}

extension TemplateNode: ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral
{
    public init(stringLiteral value: String) { self = .text(value) }
    public init(arrayLiteral elements: TemplateNode...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, TemplateNode)...) {
        self = .object(elements.map { (key: $0.0, node: $0.1) })
    }
    public init(integerLiteral value: Int) { self = .json(String(value)) }
    public init(booleanLiteral value: Bool) { self = .json(value ? "true" : "false") }
}

extension ConfigurationNode {
    /// The mapping as a configuration would hold it.
    public init(_ node: TemplateNode) {
        switch node {
        case .object(let members): self = .mapping(members.map { ($0.key, ConfigurationNode($0.node)) })
        case .array(let elements): self = .sequence(elements.map { ConfigurationNode($0) })
        case .text(let text): self = .string(text)
        case .literal(let document): self = document.withRoot { ConfigurationNode($0) }
        }
    }

    private init(_ view: View) {
        switch view.kind {
        case .object: self = .mapping(view.members.map { ($0.name, ConfigurationNode($0.value)) })
        case .array: self = .sequence(view.elements.map { ConfigurationNode($0) })
        case .string, .escapedString: self = .string(view.string ?? "")
        default: self = .plain(Document(copying: view).json)
        }
    }
}
