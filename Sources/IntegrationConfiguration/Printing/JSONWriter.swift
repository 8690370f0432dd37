internal import IntegrationCore

/// Writes a tree as indented JSON.
enum JSONWriter {
    static func write(_ node: ConfigurationNode, indent: Int = 0) -> String {
        let inner = String(repeating: "  ", count: indent + 1)
        let outer = String(repeating: "  ", count: indent)
        switch node.content {
        case .scalar(let scalar):
            switch scalar.kind {
            case .null: return "null"
            case .bool: return scalar.boolean == true ? "true" : "false"
            case .int: return scalar.integer.map(String.init) ?? scalar.text
            case .float:
                guard let number = scalar.number, number.isFinite else { return "null" }
                return "\(number)"
            case .string: return YAMLWriter.quoted(scalar.shown)
            }
        case .sequence(let elements):
            if elements.allSatisfy({ $0.scalar != nil }) {
                return "[" + elements.map { write($0) }.joined(separator: ", ") + "]"
            }
            let parts = elements.map { inner + write($0, indent: indent + 1) }
            return "[\n" + parts.joined(separator: ",\n") + "\n\(outer)]"
        case .mapping(let mapping):
            if mapping.entries.isEmpty { return "{}" }
            let parts = mapping.entries.map {
                inner + YAMLWriter.quoted($0.key) + ": " + write($0.value, indent: indent + 1)
            }
            return "{\n" + parts.joined(separator: ",\n") + "\n\(outer)}"
        }
    }
}
