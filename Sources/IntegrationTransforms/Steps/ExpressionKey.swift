public import IntegrationCore
internal import IntegrationDocument

/// The value of a JSONata expression as the key of a message.
public struct ExpressionKey: MessageKeyDefinition {
    public var expression: String

    public init(_ expression: String) { self.expression = expression }

    public func makeKey(_ build: FlowBuild) throws(IntegrationError) -> any MessageKey {
        CompiledKey(expression: try MessageExpression(expression, build))
    }
}

private struct CompiledKey: MessageKey {
    let expression: MessageExpression

    func key(
        of message: inout Message, in arena: Arena, _ context: FlowContext
    ) throws(IntegrationError) -> [UInt8] {
        guard let value = try expression.evaluate(try message.parsed(in: arena), message, in: arena, context) else {
            throw IntegrationError(.keyMissing, "`\(expression.text)` has no value in the message")
        }
        if let text = value.string { return Array(text.utf8) }
        var out = OutputBuffer(capacity: 64)
        out.append(value)
        return out.withBytes { Array($0) }
    }
}
