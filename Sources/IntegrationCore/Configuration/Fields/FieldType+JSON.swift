extension FieldType where Value == ConfigurationNode {
    /// Anything that can be written as JSON, kept as it stands: JSON has no word for `.inf` and `.nan`.
    public static var json: FieldType {
        FieldType(shape: .any, encode: { $0 }) { node, context in
            let isRight = context.checkScalars(of: node) { scalar, node, context in
                guard scalar.kind == .float, scalar.number?.isFinite != true else { return true }
                context.malformed(
                    node, "is \(node.kindPhrase), which JSON has no word for", help: "write it in quotes, or null")
                return false
            }
            return isRight ? FieldType.any.decode(node, &context) : nil
        }
    }

    /// Anything that can be written as JSON, with `{{ expression }}` in its texts.
    public static var jsonTemplate: FieldType {
        FieldType(shape: .any, encode: { $0 }) { node, context in
            let isRight = context.checkScalars(of: node) { scalar, node, context in
                scalar.kind != .string || context.check(scalar, at: node, as: .template)
            }
            return isRight ? FieldType.json.decode(node, &context) : nil
        }
    }
}
