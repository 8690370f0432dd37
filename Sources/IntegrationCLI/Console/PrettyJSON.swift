internal import IntegrationDocument

/// JSON as people read it: two spaces a level, short containers on one line, numbers as they are.
enum PrettyJSON {
    private static let width = 80

    /// A body of a reply: JSON, a string as it is, or what stands under `NAME_base64`.
    static func text(_ owner: View, _ name: String) -> String {
        if let encoded = owner[name + "_base64"]?.string { return "base64: \(encoded)\n" }
        guard let body = owner[name] else { return "\n" }
        return (body.string ?? text(body)) + "\n"
    }

    static func text(_ view: View, indent: Int = 0) -> String {
        let short = view.json
        guard view.kind == .object || view.kind == .array, short.count + indent > width else { return short }
        let inner = String(repeating: " ", count: indent + 2)
        let lines: [String] =
            view.kind == .array
            ? view.elements.map { inner + text($0, indent: indent + 2) }
            : view.members.map { "\(inner)\($0.key.json): \(text($0.value, indent: indent + 2))" }
        let (open, close) = view.kind == .array ? ("[", "]") : ("{", "}")
        return open + "\n" + lines.joined(separator: ",\n") + "\n" + String(repeating: " ", count: indent) + close
    }
}
