public import IntegrationCore
internal import IntegrationDocument

/// Keeps the messages that fulfil a condition and drops the others on purpose.
public struct FilterStep: StepDefinition {
    public var name: String
    /// A JSONata expression.
    public var condition: String

    public init(_ name: String, keep condition: String) {
        self.name = name
        self.condition = condition
    }

    public func makeStep(_ build: FlowBuild) throws(IntegrationError) -> BuiltStep {
        .immediate(Filtering(name: name, condition: try MessageCondition(condition, build)))
    }
}

/// A filter at work.
struct Filtering: Step {
    let name: String
    let condition: MessageCondition

    func process(_ batch: inout Batch, in context: FlowContext) throws(IntegrationError) {
        batch.forEach(name) { message, arena throws(IntegrationError) in
            try condition.holds(try message.parsed(in: arena), message, in: arena, context) ? .keep : .drop
        }
    }
}

/// `type: filter`.
public struct FilterConfiguration: Configurable {
    static let condition = Field<ExpressionText>.required(
        "condition", .expression, "A JSONata expression; messages that fulfil it go on, the others are dropped.")

    public static let table = FieldTable(
        "filter step", summary: "Keeps the messages that fulfil a condition; the others are dropped and counted.",
        fields: [condition], shorthand: "condition", example: "{condition: status = \"created\"}")

    let fields: DecodedFields

    public init(_ fields: DecodedFields) { self.fields = fields }

    func step(_ name: String) -> FilterStep { FilterStep(name, keep: fields[Self.condition].text) }
}
