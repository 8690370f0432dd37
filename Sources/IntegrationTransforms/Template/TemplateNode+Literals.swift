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
