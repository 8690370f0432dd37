internal import Synchronization

/// An exchange that somebody publishes to, with a channel of its own, so that its mistakes harm nobody else.
struct PublishTarget: Sendable, Hashable {
    /// Empty: the exchange that leads to the queue which a routing key names.
    var exchange: String
    var isConfirmed: Bool
    var isMandatory: Bool
    /// Tells it from others of the same kind.
    var id: Int

    private static let last = Atomic(0)

    init(exchange: String, isConfirmed: Bool, isMandatory: Bool) {
        (self.exchange, self.isConfirmed, self.isMandatory) = (exchange, isConfirmed, isMandatory)
        id = Self.last.add(1, ordering: .relaxed).newValue
    }
}
