public import IntegrationDocument

/// Keys that are worked on by one message at a time and known when they are done, kept where the flow's state is.
///
/// A key has two states: claimed by a message for some time, then done. A claim that its message never settled ends by
/// itself, so that a crash never makes a repetition of what was not finished.
public protocol KeyedState: Sendable {
    /// Claims keys for messages; a message that claimed a key before has it again.
    ///
    /// - Parameters:
    ///   - claims: key and message, in order; of two with the same key the first is served.
    ///   - lease: how long a claim lasts that is never settled.
    /// - Returns: the outcome of each, in order.
    func claim(
        _ namespace: String, _ claims: [(key: [UInt8], message: MessageID)], for lease: Duration
    ) async throws(IntegrationError) -> [KeyClaim]

    /// What was noted with keys when they were done; nil for keys that are not.
    func notes(_ namespace: String, _ keys: [[UInt8]]) async throws(IntegrationError) -> [[UInt8]?]
}

/// What became of a claim.
public enum KeyClaim: Sendable, Hashable {
    case claimed
    /// A message with this key is settled.
    case done
    /// A message before it in the same call has the key.
    case repeats(MessageID)
    /// Another message has the key; at the latest until then (wall time).
    case held(until: Duration)
}

/// A message that repeats another one of its batch and shares its fate: dropped once that is settled, failed where that
/// has failed.
public struct Follower: Sendable {
    public var message: Message
    /// Origin of the message that it repeats.
    public var first: Int

    public init(message: Message, first: Int) {
        self.message = message
        self.first = first
    }
}

/// A key that is done when a message of the batch is settled.
public struct SettledKey: Sendable {
    public var origin: Int
    public var namespace: String
    public var key: [UInt8]
    /// How long it is remembered.
    public var window: Duration
    /// Makes what is noted with it (`KeyedState.notes`) from the message as it left the steps; the message is nil where
    /// it was dropped, or is not through the steps yet. Called once, before the message is settled.
    public var note: (@Sendable (Message?, Arena) -> [UInt8])?

    public init(
        origin: Int, namespace: String, key: [UInt8], window: Duration,
        note: (@Sendable (Message?, Arena) -> [UInt8])? = nil
    ) {
        self.origin = origin
        self.namespace = namespace
        self.key = key
        self.window = window
        self.note = note
    }
}
