/// A stable code of something that can go wrong, with the words that `integration explain` prints.
///
/// Codes are never reused. Ranges: `IE1…` configuration, `IE2…` the message's own data (never retried), `IE3…` the other
/// system, `IE4…` the flow and the engine, `IE5…` storage, `IE9…` the command line.
///
/// The type is open: a plugin or a connector declares its own codes as static members of an extension and lists them
/// when it registers.
public struct ErrorCode: Sendable, Hashable, CustomStringConvertible {
    /// The printed form, such as `IE2201`.
    public let id: String
    /// A few words: what happened.
    public let title: String
    /// Whether, and as what, a failure is tried again.
    public let retryClass: RetryClass
    /// What it means and how it comes about, in a few sentences.
    public let explanation: String
    /// What a person should do.
    public let remedy: String

    public init(
        _ id: String, _ title: String, retry: RetryClass = .never, explanation: String, remedy: String
    ) {
        self.id = id
        self.title = title
        retryClass = retry
        self.explanation = explanation
        self.remedy = remedy
    }

    /// What kind of retryable failure a code stands for.
    public enum RetryClass: Sendable, Hashable {
        /// The message's own fault: trying again changes nothing.
        case never
        /// The other system answered that it failed.
        case serverError
        case timeout
        /// The other system could not be reached: that is no message's fault and counts as no try.
        case connection
        /// The connection was cut in the middle of an exchange: what came of it is not known, and it counts as a try.
        case interrupted
        /// The other system asked us to slow down.
        case rateLimited
    }

    /// Whether the same message may succeed when tried again, and a try is counted.
    public var isRetryable: Bool { retryClass != .never }

    public var description: String { id }

    public static func == (left: ErrorCode, right: ErrorCode) -> Bool { left.id == right.id }
    public func hash(into hasher: inout Hasher) { hasher.combine(id) }
}
