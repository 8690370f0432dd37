internal import IntegrationCore
internal import IntegrationResilience
internal import Logging

/// What the thread of a consuming connection does: connects, and again after it was cut; takes in what comes; tells the
/// broker what became of it; puts back what is held for too long.
final class ConsumerLoop: ConnectionLoop, @unchecked Sendable {
    // Proof of Sendable: `mailbox`, `gate`, `inbox` and `opening` are safe for threads; everything else is touched by
    // `run`, which one thread calls once.

    enum Command {
        case settle([(tag: AMQPDelivery.Tag, outcome: AMQPOutcome)])
        /// They are being worked on from now on.
        case begin([AMQPDelivery.Tag])
        /// Nothing more is wanted; these were never taken and go back to the queue.
        case finish([AMQPDelivery.Tag])
        case stop
    }

    let mailbox = Mailbox<Command>()
    let gate = SocketGate()
    let inbox = DeliveryInbox()
    /// How the first try to consume went.
    let opening = Opening()
    private let connection: AMQPOptions
    private let topology: AMQPTopology
    private let options: ConsumerOptions
    private let logger: Logger
    private var link: AMQPLink?
    /// The address that worked last.
    private var favourite: AMQPOptions.Address?
    /// Counts channels: a tag belongs to one of them.
    private var channel = 0
    private var isConsuming = false
    private var ledger = AckLedger()
    private var failures = 0
    private var outage = OutageLog()
    /// When to try again.
    private var nextTry = Duration.zero
    /// Whether nothing more is wanted: what was taken can still be settled.
    private var isFinished = false
    private var isStopping = false

    /// The channel's number on its connection; what is declared has one of its own.
    private static let number: UInt16 = 1
    private static let declaring: UInt16 = 2
    private static let backoff = Backoff(initial: .milliseconds(200), maximum: .seconds(3), jitter: .ratio(0.5))

    init(_ connection: AMQPOptions, _ topology: AMQPTopology, _ options: ConsumerOptions, _ logger: Logger) {
        (self.connection, self.topology, self.options, self.logger) = (connection, topology, options, logger)
    }

    func stop() { mailbox.post(.stop) }

    func run() {
        while !isStopping {
            for command in mailbox.take() {
                do throws(AMQPFault) {
                    try handle(command)
                } catch {
                    fail(error)
                }
            }
            if !isStopping, !isFinished, !isConsuming, nextTry <= SystemClock().now { begin() }
            do throws(AMQPFault) {
                try takeIn()
                expire()
                try tell()
                try link?.beat()
                try link?.flush()
            } catch {
                fail(error)
            }
            if !isStopping, mailbox.wait(link?.descriptor, forRoom: link?.output.isEmpty == false, until: nextTurn) {
                link?.noteSign()
            }
        }
        inbox.close()
        do throws(AMQPFault) {
            try tell()
            try link?.flush()
        } catch {
            // The broker hands over again what it was not told of.
            link?.destroy()
        }
        link?.close()
        link = nil
        opening.finish(IntegrationError(.connectionCut, "the consumer was closed"))
    }

    private var nextTurn: Duration {
        let now = SystemClock().now
        // Signs of life are given in passing: several turns in each heartbeat.
        let turn = now + (link?.longestTurn ?? .seconds(60))
        if isFinished { return turn }
        return isConsuming ? min(turn, ledger.nextDeadline ?? turn) : min(turn, nextTry)
    }

    private func handle(_ command: Command) throws(AMQPFault) {
        switch command {
        case .settle(let outcomes):
            for (tag, outcome) in outcomes where tag.channel == channel { ledger.settle(tag.number, outcome) }
        case .begin(let tags):
            let deadline = SystemClock().now + options.visibility
            for tag in tags where tag.channel == channel { _ = ledger.extend(tag.number, until: deadline) }
        case .finish(let tags):
            isFinished = true
            for tag in tags where tag.channel == channel { ledger.settle(tag.number, .requeued) }
            // First of all, so that what goes back does not come again.
            if let link, isConsuming { try link.cancel(Self.number) }
        case .stop: isStopping = true
        }
    }

    // MARK: Beginning

    private func begin() {
        do throws(IntegrationError) {
            let link = try opened()
            do throws(AMQPFault) {
                try link.declare(topology, on: Self.declaring)
                try link.openChannel(Self.number)
                try link.consume(
                    Self.number, options.queue, prefetch: options.prefetch, isExclusive: options.isExclusive)
            } catch {
                if error.reach == .connection { drop() }
                throw error.error
            }
            channel += 1
            ledger = AckLedger()
            isConsuming = true
            if outage.worked() { logger.info("consuming again", metadata: ["queue": "\(options.queue)"]) }
            failures = 0
            opening.finish(nil)
        } catch {
            waitForNextTry(after: error)
            opening.finish(error)
        }
    }

    private func opened() throws(IntegrationError) -> AMQPLink {
        if let link { return link }
        let opened = try AMQPLink.open(connection, favourite: favourite, gate: gate)
        link = opened
        favourite = opened.address
        return opened
    }

    private func waitForNextTry(after error: IntegrationError) {
        failures += 1
        var random = SystemRandomNumberGenerator()
        let wait = Self.backoff.wait(after: failures, using: &random)
        let now = SystemClock().now
        nextTry = now + wait
        guard outage.failed(at: now) else { return }
        logger.warning(
            "the queue can't be consumed at the moment",
            metadata: [
                "queue": "\(options.queue)", "code": "\(error.code)", "error": "\(error.message)",
                "cause": "\(error.causes.joined(separator: ": "))", "next": "\(wait.configurationText)",
            ])
    }

    /// Whatever was handed over and not settled, the broker hands over again.
    private func fail(_ fault: AMQPFault) {
        waitForNextTry(after: fault.error)
        if fault.reach == .connection { drop() }
        isConsuming = false
        inbox.remove { _ in true }
        ledger = AckLedger()
        // Nothing that is settled from now on belongs to a channel that is there.
        channel += 1
    }

    private func drop() {
        link?.destroy()
        link = nil
    }

    // MARK: In and out

    private func takeIn() throws(AMQPFault) {
        guard let link else { return }
        var arrived: [AMQPDelivery] = []
        let deadline = SystemClock().now + options.visibility
        while let event = try link.nextEvent() {
            switch event {
            case .delivered(_, let message):
                guard isConsuming else { continue }
                ledger.add(message.tag, until: deadline)
                arrived.append(
                    AMQPDelivery(
                        tag: AMQPDelivery.Tag(channel: channel, number: message.tag),
                        isRedelivered: message.isRedelivered, exchange: message.exchange,
                        routingKey: message.routingKey, properties: message.properties, body: message.body))
            case .cancelled:
                try link.closeChannel(Self.number)
                throw AMQPFault(
                    reach: .channel,
                    error: IntegrationError(
                        .amqpNotFound, "the broker took the queue `\(options.queue)` away (basic.cancel)"))
            case .channelClosed(_, let code, let text):
                throw AMQPFault(
                    reach: .channel, error: AMQPFailure.refusal(code, text, .consuming(queue: options.queue)))
            case .confirmed, .returned, .blocked, .unblocked: break
            }
        }
        guard !arrived.isEmpty, !inbox.put(arrived) else { return }
        for delivery in arrived { ledger.settle(delivery.tag.number, .requeued) }
    }

    private func expire() {
        let expired = Set(ledger.expire(SystemClock().now))
        guard !expired.isEmpty else { return }
        inbox.remove { expired.contains($0.number) }
        logger.warning(
            "messages were not settled in time and go back to their queue",
            metadata: ["queue": "\(options.queue)", "count": "\(expired.count)"])
    }

    private func tell() throws(AMQPFault) {
        guard let link, isConsuming else { return }
        for action in ledger.takeActions() { try link.tell(Self.number, action) }
    }
}
