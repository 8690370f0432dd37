public import IntegrationCore

/// `type: transform`.
public struct TransformConfiguration: Configurable {
    static let template = Field<NameReference?>.optional(
        "template", .name(of: .template), "A template declared under `templates:`.")
    static let mapping = Field<ConfigurationNode?>.optional(
        "mapping", .mapping, "The output, written here; each text that starts with `$` is a JSONPath into the message.")
    static let expression = Field<ExpressionText?>.optional(
        "expression", .expression, "A JSONata expression whose value is the output.")
    static let missing = Field<MissingValue>.defaulted(
        "missing", .choice, .omit, "What stands in the place of a path that finds nothing (not null: nothing).")

    public static let table = FieldTable(
        "transform step", summary: "Makes a new document out of each message.",
        fields: [template, mapping, expression, missing], shorthand: "template", example: "{template: order-template}",
        rules: [FieldTable.exactlyOne(of: "template", "mapping", "expression")])

    let fields: DecodedFields

    public init(_ fields: DecodedFields) { self.fields = fields }

    func step(_ name: String, _ context: any MakerContext) throws(IntegrationError) -> TransformStep {
        var step: TransformStep
        if let reference = fields[Self.template] {
            let mapping = TemplateNode(try context.template(reference))
            step = TransformStep(name, .template(mapping, name: reference.name))
        } else if let mapping = fields[Self.mapping] {
            step = TransformStep(name, mapping: TemplateNode(mapping))
        } else {
            step = TransformStep(name, .expression(fields[Self.expression]?.text ?? ""))
        }
        step.options.missing = fields[Self.missing]
        return step
    }
}
