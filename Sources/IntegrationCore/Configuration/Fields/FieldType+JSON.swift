extension FieldType where Value == ConfigurationNode {
    /// Anything that can be written as JSON, kept as it stands: JSON has no word for `.inf` and `.nan`.
    public static var json: FieldType {
        FieldType(shape: .any, encode: { $0 }) { node, context in
            let count = context.diagnostics.count(.error)
            context.refuseUnspeakable(in: node)
            guard context.diagnostics.count(.error) == count else { return nil }
            return FieldType.any.decode(node, &context)
        }
    }
}

extension DecodingContext {
    fileprivate mutating func refuseUnspeakable(in node: ConfigurationNode) {
        switch node.content {
        case .scalar(let scalar):
            guard scalar.kind == .float, scalar.number?.isFinite != true else { return }
            malformed(node, "is \(node.kindPhrase), which JSON has no word for", help: "write it in quotes, or null")
        case .sequence(let elements):
            for (index, element) in elements.enumerated() {
                within("[\(index)]", at: element.span) { $0.refuseUnspeakable(in: element) }
            }
        case .mapping(let mapping):
            for entry in mapping.entries {
                within(entry.key, at: entry.keySpan) { $0.refuseUnspeakable(in: entry.value) }
            }
        }
    }
}
