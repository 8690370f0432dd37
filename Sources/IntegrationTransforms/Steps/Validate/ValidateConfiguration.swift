public import IntegrationCore

/// `type: validate`.
public struct ValidateConfiguration: Configurable {
    static let schema = Field<NameReference>.required(
        "schema", .name(of: .schema), "A schema declared under `schemas:`; `NAME@2` is a version of it.")
    static let formats = Field<Bool>.defaulted(
        "formats", .bool, false, "Whether `format` is checked too, rather than only noted.")

    public static let table = FieldTable(
        "validate step", summary: "Refuses messages that do not fulfil a schema.", fields: [schema, formats],
        shorthand: "schema", example: "{schema: order-schema}")

    let fields: DecodedFields

    public init(_ fields: DecodedFields) { self.fields = fields }

    func step(_ name: String, _ context: any MakerContext) throws(IntegrationError) -> ValidateStep {
        var options = SchemaOptions()
        options.formats = fields[Self.formats] ? .assert : .annotate
        var step = ValidateStep(name, schema: try context.schema(fields[Self.schema]), options: options)
        step.registry = try context.shared("schemas") { SchemaRegistry(context.schemas) }
        return step
    }
}
