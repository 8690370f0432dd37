public import IntegrationCore
public import Logging

/// A connection to a broker that is published over; it opens with the first message and opens again after it was cut.
///
/// Messages of one `Channel` go out in the order of the calls. What was under way when the connection ended fails as cut:
/// whether the broker has it is not known.
public final class AMQPPublisher: Sendable {
    private let loop: PublisherLoop

    private init(_ loop: PublisherLoop) { self.loop = loop }

    /// Opens the publisher for the length of `body`: nothing is connected until something is published.
    ///
    /// - Parameter topology: what is declared after connecting, each time.
    public static func withPublisher<R: Sendable>(
        _ options: AMQPOptions, topology: AMQPTopology = AMQPTopology(), logger: Logger,
        _ body: (AMQPPublisher) async throws -> R
    ) async throws -> R {
        let loop = try PublisherLoop(options, topology, logger)
        return try await loop.whileRunning { try await body(AMQPPublisher(loop)) }
    }

    /// Publishes to an exchange for the length of `body`, on a channel of its own.
    ///
    /// - Parameters:
    ///   - exchange: empty leads straight to the queue that the routing key names.
    ///   - isConfirmed: whether the broker confirms each message; otherwise it is accepted when it is written.
    ///   - isMandatory: whether a message that reaches no queue has failed; only where confirms are asked for.
    public func withChannel<R: Sendable>(
        to exchange: String, isConfirmed: Bool = true, isMandatory: Bool = true,
        _ body: (Channel) async throws -> R
    ) async throws -> R {
        let target = PublishTarget(
            exchange: exchange, isConfirmed: isConfirmed, isMandatory: isMandatory && isConfirmed)
        defer { loop.mailbox.post(.leave(target)) }
        return try await body(Channel(loop: loop, target: target))
    }

    /// A place to publish to. Several may call it at once.
    public struct Channel: Sendable {
        fileprivate let loop: PublisherLoop
        fileprivate let target: PublishTarget

        /// Publishes messages in order, and returns when the broker has confirmed or refused each.
        ///
        /// A call that is cancelled ends at once; what it published may have got there all the same.
        ///
        /// - Returns: why each message was not accepted; nil: it was.
        public func publish(_ messages: [AMQPMessage]) async -> [IntegrationError?] {
            guard !messages.isEmpty else { return [] }
            let ticket = PublishTicket(messages)
            loop.mailbox.post(.publish(ticket, target))
            return await ticket.wait()
        }
    }
}
