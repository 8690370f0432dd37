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

    /// Anything that can be written as JSON, with `{{ expression }}` in its texts.
    public static var jsonTemplate: FieldType {
        FieldType(shape: .any, encode: { $0 }) { node, context in
            guard context.checkTemplates(in: node) else { return nil }
            return FieldType.json.decode(node, &context)
        }
    }
}

extension DecodingContext {
    fileprivate mutating func checkTemplates(in node: ConfigurationNode) -> Bool {
        switch node.content {
        case .scalar(let scalar):
            return scalar.kind != .string || check(scalar, at: node, with: catalog.languages.template)
        case .sequence(let elements):
            return elements.enumerated().reduce(true) { isRight, element in
                within("[\(element.offset)]", at: element.element.span) { $0.checkTemplates(in: element.element) }
                    && isRight
            }
        case .mapping(let mapping):
            return mapping.entries.reduce(true) { isRight, entry in
                within(entry.key, at: entry.keySpan) { $0.checkTemplates(in: entry.value) } && isRight
            }
        }
    }

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
