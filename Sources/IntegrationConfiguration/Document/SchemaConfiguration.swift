public import IntegrationCore

/// One schema: what a valid message looks like, in one version or in several.
public struct SchemaConfiguration: Configurable {
    public enum Language: String, Sendable, CaseIterable {
        case jsonSchema = "json_schema"
        case xsd
        case avro
    }

    static let type = Field<Language>.defaulted("type", .choice, .jsonSchema, "The language of the schema.")
    static let path = Field<PathValue?>.optional("path", .path, "The file that holds it.")
    static let schema = Field<ConfigurationNode?>.optional("schema", .any, "The schema itself, written here.")
    static let versions = Field<[Named<SchemaVersion>]>.defaulted(
        "versions", .schemaVersions, [],
        "The schema in several versions, by their names; `NAME@2` names one of them, `NAME` and `NAME@latest` the latest."
    )
    static let latest = Field<String?>.optional(
        "latest", .string, "The version that `NAME` and `NAME@latest` mean; without it the highest.")

    public static let table = FieldTable(
        "schema", summary: "What a valid message looks like, in one version or in several.",
        fields: [type, path, schema, versions, latest],
        example: "{versions: {1: {path: schemas/order-1.json}, 2: {path: schemas/order-2.json}}, latest: 1}",
        rules: [
            FieldTable.exactlyOne(of: "path", "schema", "versions"), FieldTable.field("latest", needs: "versions"),
            latestIsThere,
        ])

    private static let latestIsThere: FieldTable.Rule = { fields, context in
        let names = fields[versions].map(\.name)
        guard let written = fields[latest], fields.isWritten("versions"), !names.contains(written) else { return }
        context.diagnostics.error(
            .unresolvedName, "`latest` in \(context.subject) is `\(written)`, which is none of its versions",
            at: fields.span(of: "latest"), help: "write \(FieldShape.alternatives(names.map { "`\($0)`" }))")
    }

    public var language: Language
    /// In the order they are written; a schema without versions has one, whose name is empty.
    public var versions: [Named<SchemaVersion>]
    /// The name of the version that is meant where none is named.
    public var latest: String

    public init(_ fields: DecodedFields) {
        language = fields[Self.type]
        let written = fields[Self.versions]
        if written.isEmpty {
            let only = SchemaVersion(path: fields[Self.path], inline: fields[Self.schema])
            versions = [Named("", only, span: fields.span)]
        } else {
            versions = written
        }
        let highest = versions.map(\.name).max { SchemaVersion.isLower($0, than: $1) } ?? ""
        latest = fields[Self.latest] ?? highest
    }

    /// Every name by which a configuration can name a version of the schema called `name`.
    func names(_ name: String, of version: String) -> [String] {
        let own = version.isEmpty ? [] : ["\(name)@\(version)"]
        return version == latest ? own + [name, "\(name)@latest"] : own
    }
}
