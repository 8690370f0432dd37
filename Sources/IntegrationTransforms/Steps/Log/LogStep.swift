public import IntegrationCore
internal import IntegrationDocument
internal import Logging

/// Writes a line to the log for each message and lets it go on.
public struct LogStep: StepDefinition {
    public enum Level: String, Sendable, Hashable, CaseIterable {
        case debug, info, warning, error
    }

    public var name: String
    /// What the line says; the message's id goes along as a fact.
    public var text: String
    public var level: Level
    /// Facts that go along: a name and a JSONata expression each.
    public var facts: [(name: String, expression: String)]

    public init(
        _ name: String, _ text: String = "message", level: Level = .info,
        facts: [(name: String, expression: String)] = []
    ) {
        self.name = name
        self.text = text
        self.level = level
        self.facts = facts
    }

    public func makeStep(_ build: FlowBuild) throws(IntegrationError) -> BuiltStep {
        var compiled: [Logged.Fact] = []
        for fact in facts {
            compiled.append(
                Logged.Fact(name: fact.name, expression: try MessageExpression(fact.expression, build)))
        }
        return .immediate(Logged(name: name, text: text, level: Logger.Level(level), facts: compiled))
    }
}

/// A log step at work.
struct Logged: Step {
    struct Fact: Sendable {
        let name: String
        let expression: MessageExpression
    }

    let name: String
    let text: String
    let level: Logger.Level
    let facts: [Fact]

    func process(_ batch: inout Batch, in context: FlowContext) throws(IntegrationError) {
        guard level >= context.logger.logLevel else { return }
        batch.forEach(name) { message, arena throws(IntegrationError) in
            var metadata: Logger.Metadata = ["message": "\(message.id)", "step": "\(name)"]
            for fact in facts {
                let source = try message.parsed(in: arena)
                guard let value = try fact.expression.evaluate(source, message, in: arena, context) else { continue }
                metadata[fact.name] = "\(value.string ?? value.json)"
            }
            context.logger.log(level: level, "\(text)", metadata: metadata)
            return .keep
        }
    }
}

extension View {
    /// The value as minimal JSON.
    var json: String {
        var out = OutputBuffer(capacity: 256)
        out.append(self)
        return out.withBytes { String(decoding: $0, as: UTF8.self) }
    }
}

extension Logger.Level {
    init(_ level: LogStep.Level) {
        switch level {
        case .debug: self = .debug
        case .info: self = .info
        case .warning: self = .warning
        case .error: self = .error
        }
    }
}

/// `type: log`.
public struct LogConfiguration: Configurable {
    static let message = Field<String>.defaulted("message", .string, "message", "What the line says.")
    static let level = Field<LogStep.Level>.defaulted("level", .choice, .info, "How important it is.")
    static let fields = Field<[Named<ExpressionText>]>.defaulted(
        "fields", .map(to: .expression), [], "Facts that go along: a name and a JSONata expression each.")

    public static let table = FieldTable(
        "log step", summary: "Writes a line to the log for each message and lets it go on.",
        fields: [message, level, fields], shorthand: "message",
        example: "{message: order received, level: info, fields: {order: id}}")

    let values: DecodedFields

    public init(_ fields: DecodedFields) { values = fields }

    func step(_ name: String) -> LogStep {
        LogStep(
            name, values[Self.message], level: values[Self.level],
            facts: values[Self.fields].map { ($0.name, $0.value.text) })
    }
}
