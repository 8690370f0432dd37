public import IntegrationDocument

/// JSON Schema: drafts 2020-12, 2019-09, 7, 6 and 4, compiled once and evaluated over views.
///
/// ```swift
/// let schema = try JSONSchema.compile(Document(#"{"type": "object", "required": ["id"]}"#))
/// order.withRoot { schema.isValid($0) }                                   // false
/// order.withRoot { schema.violations($0).first?.message }                 // "$.id is required but missing"
/// ```
///
/// - Source: json-schema.org, drafts 2020-12, 2019-09, 07, 06 and 04 (core and validation).
public enum JSONSchema {
    /// Compiles a schema with all that it refers to. Nothing is ever read from the network: what `$ref` names must stand
    /// in the schema itself, in `registry`, or be a metaschema of the known drafts.
    ///
    /// - Parameters:
    ///   - schema: an object, or `true` or `false`.
    ///   - baseURI: where the schema came from; its own `$id` is resolved against it. Empty where it has no address.
    ///   - registry: schemas that it may refer to, by their URIs.
    /// - Throws: everything that is wrong with the schema, with the place of each mistake.
    public static func compile(
        _ schema: Document, baseURI: String = "", registry: SchemaRegistry = SchemaRegistry(),
        options: SchemaOptions = SchemaOptions()
    ) throws(SchemaError) -> CompiledSchema {
        let compiler = SchemaCompiler(registry: registry, options: options)
        return CompiledSchema(try compiler.compile(schema, baseURI: baseURI), options)
    }
}
