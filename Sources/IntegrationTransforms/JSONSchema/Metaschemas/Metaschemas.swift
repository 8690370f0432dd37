internal import IntegrationCore
internal import IntegrationDocument

/// The metaschemas of the known drafts, parsed and compiled when the first schema of a draft needs its own.
enum Metaschemas {
    /// The document behind a URI without fragment; nil where it is no metaschema.
    static func document(_ uri: String) throws(SchemaError) -> Document? {
        guard let text = OlderMetaschemas.text(uri) ?? Metaschemas2019.text(uri) ?? Metaschemas2020.text(uri) else {
            return nil
        }
        do {
            return try Document(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        } catch {
            throw SchemaError(.schemaReference, uri, "the metaschema can't be read: \(error)")
        }
    }

    /// The compiled metaschema of a draft; nil for a metaschema of somebody's own.
    static func compiled(_ dialect: SchemaDialect) throws(SchemaError) -> CompiledSchema? {
        switch dialect {
        case .draft4: try draft4.get()
        case .draft6: try draft6.get()
        case .draft7: try draft7.get()
        case .draft2019: try draft2019.get()
        case .draft2020: try draft2020.get()
        default: nil
        }
    }

    private static let draft4 = compile(.draft4)
    private static let draft6 = compile(.draft6)
    private static let draft7 = compile(.draft7)
    private static let draft2019 = compile(.draft2019)
    private static let draft2020 = compile(.draft2020)

    private static func compile(_ dialect: SchemaDialect) -> Result<CompiledSchema, SchemaError> {
        Result { () throws(SchemaError) in
            guard let schema = try document(dialect.metaschema) else {
                throw SchemaError(.schemaDialect, dialect.metaschema, "there is no such metaschema")
            }
            return try JSONSchema.compile(
                schema, baseURI: dialect.metaschema, options: SchemaOptions(checksMetaschema: false))
        }
    }
}
