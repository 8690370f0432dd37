public import IntegrationCore
public import Logging

/// A queue that is consumed, over a connection of its own; after it was cut, or its queue taken away, it goes on by itself.
///
/// What the broker handed over has to be settled on the connection that it came over: after a cut the broker hands it
/// over again, and settling it is without effect.
public final class AMQPConsumer: Sendable {
    private let loop: ConsumerLoop

    private init(_ loop: ConsumerLoop) { self.loop = loop }

    /// Consumes a queue for the length of `body`; when this returns, the broker knows of everything that was settled.
    ///
    /// - Parameters:
    ///   - topology: what is declared after connecting, each time.
    ///   - isFatal: whether an error of the first try is thrown; for others, and later, it is tried again.
    public static func withConsumer<R: Sendable>(
        _ connection: AMQPOptions, topology: AMQPTopology = AMQPTopology(), _ options: ConsumerOptions,
        logger: Logger, isFatal: @Sendable (IntegrationError) -> Bool,
        _ body: (AMQPConsumer) async throws -> R
    ) async throws -> R {
        let loop = try ConsumerLoop(connection, topology, options, logger)
        return try await loop.whileRunning {
            if let error = await loop.opening.wait(), isFatal(error) { throw error }
            try Task.checkCancellation()
            return try await body(AMQPConsumer(loop))
        }
    }

    /// Takes messages that have come: what is there, `count` at most and about so many bytes, one at least; waits for it.
    ///
    /// While nobody takes anything, what waits goes back to the queue after a few seconds, once; the next call has the
    /// broker hand over again.
    ///
    /// - Parameters:
    ///   - isolating: whether a message that was handed over before comes alone.
    ///   - lost: given when one of them is not ours any more: its time was up, or its connection is gone.
    /// - Returns: none after `finish`, and when the task is cancelled.
    public func take(
        _ count: Int, bytes: Int = 4 << 20, isolating: Bool = false, lost: ShutdownSignal = ShutdownSignal()
    ) async -> [AMQPDelivery] {
        let taken = await loop.inbox.take(count, bytes: bytes, isolating: isolating) { loop.mailbox.post(.resume) }
        if !taken.isEmpty { loop.mailbox.post(.begin(taken.map(\.tag), lost: lost)) }
        return taken
    }

    /// Tells the broker what became of messages; from any thread, and never waits.
    public func settle(_ outcomes: [(tag: AMQPDelivery.Tag, outcome: AMQPOutcome)]) {
        loop.mailbox.post(.settle(outcomes))
    }

    /// Hands out nothing any more, and leaves the rest to others; what was taken can still be settled.
    public func finish() {
        let rest = loop.inbox.close()
        loop.mailbox.post(.finish(rest.map(\.tag)))
    }
}
