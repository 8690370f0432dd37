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

    /// Whether one version comes before another: part by part between dots, numbers by their value.
    static func isLower(_ left: String, than right: String) -> Bool {
        let lefts = left.split(separator: ".")
        let rights = right.split(separator: ".")
        for (one, two) in zip(lefts, rights) where one != two {
            if let one = Int(one), let two = Int(two), one != two { return one < two }
            return one < two
        }
        return lefts.count < rights.count
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
