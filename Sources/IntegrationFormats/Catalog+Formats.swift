public import IntegrationCore

extension Catalog {
    /// Adds the formats.
    public mutating func registerFormats() {
        register(codec: "ndjson", NDJSONCodec.table) { _ in NDJSONCodec() }
        register(codec: "lines", LinesCodec.table) { _ in LinesCodec() }
        register(codec: "csv", CSVCodec.table) { options in
            CSVCodec(delimiter: options.delimiter ?? UInt8(ascii: ","), columns: options.columns)
        }
    }
}

extension NDJSONCodec {
    static let table = FieldTable(
        "ndjson", summary: "One JSON text a line; each is parsed when it comes in.", fields: [])
}

extension LinesCodec {
    static let table = FieldTable(
        "lines", summary: "Lines as they are; a step that needs a document parses them as JSON.", fields: [])
}

extension CSVCodec {
    static let table = FieldTable(
        "csv",
        summary: "Comma-separated values (RFC 4180): each record becomes an object of strings, named by the header.",
        fields: [])
}
