/// The name of a queue in a store: one that the configuration declares, or one that a flow keeps for itself.
///
/// Names that begin with `flow:` are a flow's own; a configuration can't declare them.
public struct QueueName: Sendable, Hashable, Comparable, ExpressibleByStringLiteral {
    public let text: String

    public init(_ text: String) { self.text = text }
    public init(stringLiteral text: String) { self.text = text }

    /// What other flows hand over to a flow: `flow:NAME/in`.
    public static func handover(to flow: String) -> QueueName { QueueName("flow:\(flow)/in") }

    /// Where a flow parks messages of sources that can't wait: `flow:NAME/parked`.
    public static func parked(flow: String) -> QueueName { QueueName("flow:\(flow)/parked") }

    /// Where a flow keeps what a source hands over to be stored at once, until it gets to it: `flow:NAME/intake`.
    public static func intake(of flow: String) -> QueueName { QueueName("flow:\(flow)/intake") }

    /// Where a flow keeps what waits for one destination that is down: `flow:NAME/outbox/DESTINATION`.
    public static func outbox(flow: String, destination: String) -> QueueName {
        QueueName("flow:\(flow)/outbox/\(destination)")
    }

    /// Whether a flow keeps it for itself.
    public var isReserved: Bool { text.hasPrefix("flow:") }

    public static func < (left: QueueName, right: QueueName) -> Bool { left.text < right.text }
}

extension QueueName: CustomStringConvertible {
    public var description: String { text }
}
