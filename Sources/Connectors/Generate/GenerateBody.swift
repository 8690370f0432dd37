public import IntegrationCore
public import IntegrationDocument

/// What generated messages are.
public enum GenerateBody: Sendable {
    /// Writes the body of one message.
    ///
    /// - Parameters:
    ///   - index: 0 for the first message of a run.
    ///   - scheduled: when it was due, since 1970-01-01T00:00:00Z.
    public typealias Writer =
        @Sendable (_ index: Int, _ scheduled: Duration, _ out: inout OutputBuffer) throws(IntegrationError) -> Void

    /// Every message is the same.
    case fixed([UInt8])
    /// Each message is made; one that can't be made goes to the dead letters.
    case made(Writer)
}
