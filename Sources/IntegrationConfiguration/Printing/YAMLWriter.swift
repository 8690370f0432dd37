internal import IntegrationCore

/// Writes a tree as YAML that reads back as the same tree, with `••••` in the place of secrets.
struct YAMLWriter {
    var secretPaths: Set<[String]> = []
    private var text = ""
    private var path: [String] = []

    init(secretPaths: Set<[String]> = []) { self.secretPaths = secretPaths }

    static func write(_ node: ConfigurationNode, secretPaths: Set<[String]> = []) -> String {
        var writer = YAMLWriter(secretPaths: secretPaths)
        writer.write(node, indent: 0, afterDash: true)
        if !writer.text.hasSuffix("\n") { writer.text += "\n" }
        return writer.text
    }

    /// - Parameter afterDash: whether the first line continues the present one, as after `- `.
    private mutating func write(_ node: ConfigurationNode, indent: Int, afterDash: Bool) {
        switch node.content {
        case _ where secretPaths.contains(path): text += SecretString.mask
        case .scalar(let scalar): text += shown(scalar)
        case .sequence(let elements) where elements.isEmpty: text += "[]"
        case .mapping(let mapping) where mapping.entries.isEmpty: text += "{}"
        case .sequence(let elements):
            for (index, element) in elements.enumerated() {
                if index > 0 || !afterDash { newLine(indent) }
                text += "- "
                path.append("[\(index)]")
                write(element, indent: indent + 2, afterDash: true)
                path.removeLast()
            }
        case .mapping(let mapping):
            for (index, entry) in mapping.entries.enumerated() {
                if index > 0 || !afterDash { newLine(indent) }
                write(key: entry.key, indent: indent)
                path.append(entry.key)
                if isInline(entry.value) {
                    text += " "
                    write(entry.value, indent: indent, afterDash: true)
                } else {
                    write(entry.value, indent: indent + 2, afterDash: false)
                }
                path.removeLast()
            }
        }
    }

    /// Keys are not interpolated: what looks like a reference in them stands for itself.
    private mutating func write(key: String, indent: Int) {
        let key = Self.isPlain(key) ? key : Self.quoted(key)
        if key.unicodeScalars.count <= Self.longestImplicitKey {
            text += key + ":"
        } else {
            text += "? " + key
            newLine(indent)
            text += ":"
        }
    }

    /// In characters; libyaml takes 1024 for a key without `?` in front of it.
    private static let longestImplicitKey = 1000

    private func isInline(_ node: ConfigurationNode) -> Bool {
        switch node.content {
        case _ where secretPaths.contains(path): true
        case .scalar: true
        case .sequence(let elements): elements.isEmpty
        case .mapping(let mapping): mapping.entries.isEmpty
        }
    }

    private mutating func newLine(_ indent: Int) {
        text += "\n" + String(repeating: " ", count: indent)
    }

    private func shown(_ scalar: ConfigurationScalar) -> String {
        if scalar.isSecret { return SecretString.mask }
        if scalar.isBroken { return "null" }
        let safe = URLValue.redacted(scalar.text)
        return scalar.kind == .string ? Self.quotedIfNeeded(safe) : scalar.kind == .null ? "null" : safe
    }

    /// A value: plain where plain text means the same, otherwise in double quotes.
    private static func quotedIfNeeded(_ text: String) -> String {
        isPlain(text) ? text : quoted(text.withEscapedReferences)
    }

    /// Whether a text that stands without quotes is read as itself, wherever it stands.
    private static func isPlain(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        let special = Set("-?:,[]{}#&*!|>'\"%@`=<~ ".unicodeScalars)
        guard let first = scalars.first, !special.contains(first), scalars.last != " ", scalars.last != ":",
            ConfigurationScalar.Kind(resolving: text) == .string, !text.hasPrefix("...")
        else { return false }
        // By scalars: a combining mark behind one of these does not change what YAML sees.
        let isCut = zip(scalars, scalars.dropFirst()).contains { $0 == ":" && $1 == " " || $0 == " " && $1 == "#" }
        return !isCut
            && scalars.allSatisfy {
                $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) && $0.value < 0x2028
                    && !"{}[],".unicodeScalars.contains($0)
            }
    }

    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            default:
                if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
                    || (0x2028...0x2029).contains(scalar.value)
                    || [0xFEFF, 0xFFFE, 0xFFFF].contains(scalar.value)
                {
                    let hex = String(scalar.value, radix: 16, uppercase: true)
                    result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }
}

extension String {
    /// With `$${` for every `${` that does not stand in a template, as the interpolator reads both.
    fileprivate var withEscapedReferences: String {
        var result = UnicodeScalarView()
        var rest = unicodeScalars[...]
        while let next = rest.first {
            if rest.starts(with: "{{".unicodeScalars) {
                var behind = rest.dropFirst(2)
                while !behind.isEmpty, !behind.starts(with: "}}".unicodeScalars) { behind.removeFirst() }
                behind = behind.dropFirst(2)
                result += rest[..<behind.startIndex]
                rest = behind
            } else if rest.starts(with: "${".unicodeScalars) {
                result += "$${".unicodeScalars
                rest = rest.dropFirst(2)
            } else {
                result.append(next)
                rest.removeFirst()
            }
        }
        return String(result)
    }
}

extension LoadedConfiguration {
    /// The configuration after includes, overrides and `${…}`, as YAML without secrets: `config show`.
    ///
    /// - Parameter path: `connectors.rest-api` shows only that part.
    /// - Returns: nil where there is nothing at the path, or no tree at all.
    public func show(_ path: String? = nil) -> String? {
        guard var node = root else { return nil }
        if var mapping = node.mapping {
            mapping["include"] = nil
            node.content = .mapping(mapping)
        }
        var below: [String] = []
        for key in path?.split(separator: ".").map(String.init) ?? [] {
            if let next = node[key] {
                (node, below) = (next, below + [key])
            } else if let index = Int(key), let elements = node.elements, elements.indices.contains(index) {
                (node, below) = (elements[index], below + ["[\(index)]"])
            } else {
                return nil
            }
        }
        let inner = secretPaths.filter { $0.starts(with: below) }.map { Array($0.dropFirst(below.count)) }
        return YAMLWriter.write(node, secretPaths: Set(inner))
    }
}
