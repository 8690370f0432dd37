public import IntegrationCore
internal import IntegrationDocument

/// Makes a new document out of each message, by a template's mapping or a JSONata expression.
public struct TransformStep: StepDefinition {
    /// What makes the new document.
    public enum Mapping: Sendable {
        /// A mapping of JSONPaths (`format: jsonpath`), under the name that errors call it by.
        case template(TemplateNode, name: String)
        /// A JSONata expression.
        case expression(String)
        /// A template of the program that runs the flow, by its name.
        case named(String)
    }

    public var name: String
    public var mapping: Mapping
    public var options: TemplateOptions

    public init(_ name: String, _ mapping: Mapping, options: TemplateOptions = TemplateOptions()) {
        self.name = name
        self.mapping = mapping
        self.options = options
    }

    /// A step with a mapping of its own.
    ///
    /// ```swift
    /// TransformStep("transform-order", mapping: ["id": "$.orderId", "total": "$.orderTotal"])
    /// ```
    public init(_ name: String, mapping: TemplateNode) { self.init(name, .template(mapping, name: name)) }

    /// A step with a template that the program knows by its name.
    public init(_ name: String, template: String) { self.init(name, .named(template)) }

    public func makeStep(_ build: FlowBuild) throws(IntegrationError) -> BuiltStep {
        switch mapping {
        case .template(let node, let template):
            let program = try TemplateProgram(
                name: template, mapping: node, options: options, literals: build.literals,
                expressions: TemplateExpressions(environment: build.environment))
            return .immediate(ApplyTemplate(name: name, program: program))
        case .expression(let text):
            return .immediate(ApplyExpression(name: name, expression: try MessageExpression(text, build)))
        case .named(let template):
            throw IntegrationError(
                .cannotBuild, "there is no template named `\(template)`",
                remedy: "Give the program a template of this name before the flow, by `configureTransformers`.")
        }
    }
}

/// A template at work.
struct ApplyTemplate: Step {
    let name: String
    let program: TemplateProgram

    func process(_ batch: inout Batch, in context: FlowContext) throws(IntegrationError) {
        var scratch = TemplateScratch()
        batch.forEach(name) { message, arena throws(IntegrationError) in
            let source = try message.parsed(in: arena)
            if program.hasExpressions {
                scratch.surroundings = TemplateSurroundings(message: message, context: context)
            }
            message.replaceBody(with: try program.apply(source, in: arena, using: &scratch).pointer)
            return .keep
        }
    }
}

/// A JSONata mapping at work.
struct ApplyExpression: Step {
    let name: String
    let expression: MessageExpression

    func process(_ batch: inout Batch, in context: FlowContext) throws(IntegrationError) {
        batch.forEach(name) { message, arena throws(IntegrationError) in
            let source = try message.parsed(in: arena)
            guard let result = try expression.evaluate(source, message, in: arena, context) else {
                throw IntegrationError(.templateWithoutValue, "`\(expression.text)` gives no value for this message")
            }
            message.replaceBody(with: result.pointer)
            return .keep
        }
    }
}
