public import IntegrationDocument

/// How messages get keys, such as for the order of each key or for telling repetitions; compiled once for each flow.
public protocol MessageKeyDefinition: Sendable {
    func makeKey(_ build: FlowBuild) throws(IntegrationError) -> any MessageKey
}

/// Gives messages their keys.
public protocol MessageKey: Sendable {
    /// The key of a message: a text's characters, or any other value as minimal JSON.
    ///
    /// - Throws: `keyMissing` where the message has none.
    func key(
        of message: inout Message, in arena: Arena, _ context: FlowContext
    ) throws(IntegrationError) -> [UInt8]
}
