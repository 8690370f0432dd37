public import IntegrationCore

/// A service of type `table`.
public struct TableConfiguration: Configurable {
    public enum Format: String, Sendable, CaseIterable { case ndjson, json, csv }

    static let path = Field<PathValue?>.optional("path", .path, "The file that holds the rows; read once, at start.")
    static let format = Field<Format?>.optional(
        "format", .choice,
        "`ndjson`: a row a line; `json`: an array of rows, or an object of rows by key; `csv`: with a header. "
            + "By default what the file's suffix says.")
    static let inline = Field<ConfigurationNode?>.optional(
        "inline", .json, "The rows themselves: a list of mappings, or a mapping of rows by key.")
    static let key = Field<String>.required("key", .string, "The member that holds a row's key, a text or a number.")

    public static let table = FieldTable(
        "table service", summary: "Answers lookups from a table that stands in memory.",
        fields: [path, format, inline, key, RecordConfiguration.delimiter],
        example: "{path: customers.ndjson, key: id}",
        rules: [
            FieldTable.exactlyOne(of: "path", "inline"),
            { fields, context in
                if let path = fields[path], fields[format] == nil, suffix(of: path.text) == nil {
                    context.missing("format", help: "the suffix of `\(path.text)` tells none: ndjson, json or csv")
                }
                if fields[inline] != nil, fields[format] != nil {
                    context.diagnostics.error(
                        .conflictingFields, "`format` in \(context.subject) has no meaning with `inline`",
                        at: fields.span(of: "format"), help: "remove it")
                }
                if let rows = fields[inline], rows.scalar != nil {
                    context.diagnostics.error(
                        .wrongType,
                        "`inline` in \(context.subject) must be a list of rows or a mapping of rows by key, "
                            + "not \(rows.kindPhrase)",
                        at: fields.span(of: "inline"))
                }
                let isCSV = (fields[format] ?? fields[path].flatMap { suffix(of: $0.text) }) == .csv
                if fields.isWritten("delimiter"), !isCSV {
                    context.diagnostics.error(
                        .conflictingFields, "`delimiter` in \(context.subject) has a meaning only with `format: csv`",
                        at: fields.span(of: "delimiter"), help: "remove it")
                }
            },
        ])

    /// Nil where the rows are inline.
    public var path: PathValue?
    /// As written, or by the file's suffix.
    public var format: Format
    public var inline: ConfigurationNode?
    public var key: String
    /// One byte between two fields (csv).
    public var delimiter: UInt8

    public init(_ fields: DecodedFields) {
        path = fields[Self.path]
        format = fields[Self.format] ?? path.flatMap { Self.suffix(of: $0.text) } ?? .json
        inline = fields[Self.inline]
        key = fields[Self.key]
        delimiter = fields[RecordConfiguration.delimiter].utf8.first ?? UInt8(ascii: ",")
    }

    /// The lookup; `context` gives the codec of a table of records.
    public func makeLookup(_ context: any MakerContext) throws(IntegrationError) -> TableLookup {
        guard let path else { return TableLookup(.inline(inline?.json ?? "[]"), key: key) }
        var format = TableFormat.json
        if self.format != .json {
            format = .records(try context.codec(self.format.rawValue, CodecOptions(delimiter: delimiter)))
        }
        return TableLookup(.file(path: path.resolved, format), key: key)
    }

    /// Adds the type and what makes it.
    public static func register(in catalog: inout Catalog) {
        catalog.register(service: "table", table) { declaration, context throws(IntegrationError) in
            try TableConfiguration(declaration.fields).makeLookup(context)
        }
    }

    private static func suffix(of path: String) -> Format? {
        let name = path.split(separator: "/").last ?? ""
        switch name.lastIndex(of: ".").map({ name[$0...].lowercased() }) {
        case ".ndjson", ".jsonl": return .ndjson
        case ".json": return .json
        case ".csv": return .csv
        default: return nil
        }
    }
}
