public import IntegrationCore
public import IntegrationDocument

/// What generated messages are.
public enum GenerateBody: Sendable {
    /// Writes the body of one message.
    public typealias Writer =
        @Sendable (GeneratedMessage, FlowContext, inout OutputBuffer) throws(IntegrationError) -> Void

    /// Every message is the same.
    case fixed([UInt8])
    /// Each message is made; one that can't be made goes to the dead letters.
    case made(Writer)
}
