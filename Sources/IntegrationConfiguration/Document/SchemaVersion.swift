public import IntegrationCore

/// One version of a schema.
public struct SchemaVersion: Configurable {
    static let path = Field<PathValue?>.optional("path", .path, "The file that holds it.")
    static let schema = Field<ConfigurationNode?>.optional("schema", .any, "The schema itself, written here.")

    public static let table = FieldTable(
        "schema version", summary: "One version of a schema.", fields: [path, schema], shorthand: "path",
        example: "{path: schemas/order-2.json}", rules: [FieldTable.exactlyOne(of: "path", "schema")])

    public var path: PathValue?
    public var inline: ConfigurationNode?

    public init(_ fields: DecodedFields) {
        self.init(path: fields[Self.path], inline: fields[Self.schema])
    }

    init(path: PathValue?, inline: ConfigurationNode?) {
        self.path = path
        self.inline = inline
    }

    /// Whether one version comes before another: part by part between dots, numbers by their value and before words.
    ///
    /// Of two that mean the same, such as `1.0` and `1.00`, the shorter text comes first: which of all is the highest does
    /// not hang on the order in which they are written.
    static func isLower(_ left: String, than right: String) -> Bool {
        let lefts = left.split(separator: ".", omittingEmptySubsequences: false).map { Part($0) }
        let rights = right.split(separator: ".", omittingEmptySubsequences: false).map { Part($0) }
        if lefts != rights { return lefts.lexicographicallyPrecedes(rights) }
        return left.utf8.count < right.utf8.count
            || left.utf8.count == right.utf8.count && left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    /// What stands between two dots.
    private enum Part: Comparable {
        /// How many digits there are without zeros in front, and those: numbers of any size are compared.
        case number(Int, String)
        case word(String)

        init(_ text: Substring) {
            let isNumber = !text.isEmpty && text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
            let digits = text.drop { $0 == "0" }
            self = isNumber ? .number(digits.utf8.count, String(digits)) : .word(String(text))
        }
    }

    /// Whether a version can be named so: `2`, `1.4`, `2026-01`, `beta`.
    static func isName(_ text: String) -> Bool {
        text != "latest" && !text.isEmpty && text.utf8.count <= 64
            && text.unicodeScalars.allSatisfy { scalar in
                switch scalar {
                case "a"..."z", "A"..."Z", "0"..."9", ".", "-", "_": true
                default: false
                }
            }
    }
}

extension FieldType where Value == [Named<SchemaVersion>] {
    /// Versions by their names.
    static var schemaVersions: FieldType {
        let map = FieldType.map(to: .table)
        return FieldType(shape: map.shape, encode: map.encode) { node, context in
            var isRight = true
            for entry in node.mapping?.entries ?? [] where !SchemaVersion.isName(entry.key) {
                context.diagnostics.error(
                    .malformedValue, "a version of \(context.ownerPhrase) can't be named `\(entry.key)`",
                    at: entry.keySpan, help: "letters, digits, `.`, `-` and `_`, such as `2` or `1.4`; not `latest`")
                isRight = false
            }
            if node.mapping?.entries.isEmpty == true {
                context.malformed(node, "needs at least one version")
                isRight = false
            }
            return isRight ? map.decode(node, &context) : nil
        }
    }
}
