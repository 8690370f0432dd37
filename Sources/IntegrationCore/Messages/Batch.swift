public import IntegrationDocument

/// The live messages of a delivery, and the failures that were taken out of them.
///
/// A failed message leaves the batch: it never reaches the next step or a destination.
public struct Batch: Sendable {
    /// The memory that everything in this batch stands in.
    public let arena: Arena
    /// Messages that go on, in order.
    public var messages: [Message]
    /// Messages that a step refused.
    public private(set) var failures: [FailedMessage] = []
    /// Messages that a step dropped on purpose.
    public private(set) var dropped: [Message] = []
    /// Keys that are done when their messages are settled.
    public var settledKeys: [SettledKey] = []
    /// Messages that were taken out because they repeat others of the batch.
    public var followers: [Follower] = []
    /// What the destination may settle itself; nil where it may not, as with most sources.
    public var joint: JointTickets?

    /// - Parameter failures: messages that the source itself had to refuse, such as one that is too large.
    public init(arena: Arena, messages: [Message], failures: [FailedMessage] = []) {
        self.arena = arena
        self.messages = messages
        self.failures = failures
    }

    /// What becomes of a message after a step.
    @frozen
    public enum Verdict: Sendable {
        case keep
        /// Dropped on purpose; counts as settled.
        case drop
    }

    /// Runs `body` over every live message, in order, and takes out what fails or is dropped.
    ///
    /// - Parameter component: the name that failures bear.
    @inlinable
    public mutating func forEach(
        _ component: String, _ body: (inout Message, Arena) throws(IntegrationError) -> Verdict
    ) {
        var kept = 0
        for index in messages.indices {
            do {
                switch try body(&messages[index], arena) {
                case .keep:
                    if kept != index { messages[kept] = messages[index] }
                    kept += 1
                case .drop:
                    take(dropped: messages[index])
                }
            } catch {
                take(failed: messages[index], error, component)
            }
        }
        if kept < messages.count { messages.removeLast(messages.count - kept) }
    }

    /// Notes a message that was taken out on purpose.
    public mutating func take(dropped message: Message) { dropped.append(message) }

    @usableFromInline
    mutating func take(failed message: Message, _ error: IntegrationError, _ component: String) {
        var error = error
        if error.component == nil { error.component = component }
        failures.append(FailedMessage(message: message, error: error))
    }

    /// Adds a message that failed elsewhere.
    public mutating func take(failed: FailedMessage) { failures.append(failed) }

    /// Takes every live message out as failed with `error`.
    public mutating func failAll(_ component: String, _ error: IntegrationError) {
        for message in messages { take(failed: message, error, component) }
        messages.removeAll()
    }

    /// Takes the failures out, for error handling.
    public mutating func takeFailures() -> [FailedMessage] {
        defer { failures.removeAll() }
        return failures
    }
}

/// A message that a step or a destination refused, as it was when it failed.
public struct FailedMessage: Sendable {
    public var message: Message
    public var error: IntegrationError
    /// The destination that refused it, where steps were through; it resumes there.
    public var destination: Int?
    /// Where the destination could not be reached: until when nobody asks it (monotonic). That is no fault of the
    /// message, so it counts as no try.
    public var heldOff: Duration?

    public init(message: Message, error: IntegrationError, destination: Int? = nil, heldOff: Duration? = nil) {
        self.message = message
        self.error = error
        self.destination = destination
        self.heldOff = heldOff
    }
}
