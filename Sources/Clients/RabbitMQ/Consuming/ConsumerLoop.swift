internal import IntegrationCore
internal import IntegrationResilience
internal import Logging

/// What the thread of a consuming connection does: connects, and again after it was cut; takes in what comes; tells the
/// broker what became of it; puts back what is held for too long, and what nobody takes.
final class ConsumerLoop: ConnectionLoop, @unchecked Sendable {
    // Proof of Sendable: `mailbox`, `gate`, `inbox` and `opening` are safe for threads; everything else is touched by
    // `run`, which one thread calls once.

    enum Command {
        case settle([(tag: AMQPDelivery.Tag, outcome: AMQPOutcome)])
        /// They are being worked on from now on; told when they are not ours any more.
        case begin([AMQPDelivery.Tag], lost: ShutdownSignal)
        /// Somebody wants messages again.
        case resume
        /// Nothing more is wanted; these were never taken and go back to the queue.
        case finish([AMQPDelivery.Tag])
        case stop
    }

    let mailbox: Mailbox<Command>
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
    /// Whom to tell that a message is not theirs any more.
    private var leases: [UInt64: ShutdownSignal] = [:]
    /// Whether the broker hands nothing over, because nobody takes.
    private var isPaused = false
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
    /// So long nobody has taken anything, nor works on anything, when others may have what waits.
    private static let patience = Duration.seconds(3)
    private static let backoff = Backoff(initial: .milliseconds(200), maximum: .seconds(3), jitter: .ratio(0.5))

    init(
        _ connection: AMQPOptions, _ topology: AMQPTopology, _ options: ConsumerOptions, _ logger: Logger
    ) throws(IntegrationError) {
        mailbox = try Mailbox()
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
                try pauseIfIdle()
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
        loseLeases()
        opening.finish(IntegrationError(.connectionCut, "the consumer was closed"))
    }

    private var nextTurn: Duration {
        let now = SystemClock().now
        // Signs of life are given in passing: several turns in each heartbeat.
        let turn = now + (link?.longestTurn ?? .seconds(60))
        guard isConsuming else { return isFinished ? turn : min(turn, nextTry) }
        return min(turn, ledger.nextDeadline() ?? turn, isFinished ? turn : nextPause ?? turn)
    }

    /// When nobody has taken what waits for too long; nil where nothing waits.
    private var nextPause: Duration? {
        guard let (oldest, quiet) = inbox.idleness else { return nil }
        return ledger.working == 0 ? quiet + min(Self.patience, options.visibility) : oldest + options.visibility
    }

    private func handle(_ command: Command) throws(AMQPFault) {
        switch command {
        case .settle(let outcomes):
            for (tag, outcome) in outcomes where tag.channel == channel {
                ledger.settle(tag.number, outcome)
                leases[tag.number] = nil
            }
        case .begin(let tags, let lost):
            let deadline = SystemClock().now + options.visibility
            for tag in tags {
                guard tag.channel == channel, ledger.begin(tag.number, until: deadline) else {
                    lost.signal()
                    continue
                }
                leases[tag.number] = lost
            }
        case .resume:
            isPaused = false
            if let link, isConsuming, !isFinished { try consume(link) }
        case .finish(let tags):
            isFinished = true
            for tag in tags where tag.channel == channel { ledger.settle(tag.number, .requeued) }
            // First of all, so that what goes back does not come again.
            if let link, isConsuming, !isPaused { try link.cancel(Self.number) }
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
                if !isPaused { try consume(link) }
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

    private func consume(_ link: AMQPLink) throws(AMQPFault) {
        try link.consume(Self.number, options.queue, prefetch: options.prefetch, isExclusive: options.isExclusive)
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
        var words = "the queue can't be consumed at the moment"
        if let remedy = error.remedy { words += ": \(remedy)" }
        logger.warning(
            "\(words)",
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
        link?.forgetEarly()
        inbox.removeAll()
        ledger = AckLedger()
        loseLeases()
        // Nothing that is settled from now on belongs to a channel that is there.
        channel += 1
    }

    private func loseLeases() {
        for lost in leases.values { lost.signal() }
        leases.removeAll()
    }

    private func drop() {
        link?.destroy()
        link = nil
    }

    // MARK: In and out

    private func takeIn() throws(AMQPFault) {
        guard let link else { return }
        var arrived: [AMQPDelivery] = []
        while let event = try link.nextEvent() {
            switch event {
            case .delivered(_, let message):
                guard isConsuming else { continue }
                ledger.add(message.tag)
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
        guard !arrived.isEmpty, !inbox.put(arrived, at: SystemClock().now) else { return }
        for delivery in arrived { ledger.settle(delivery.tag.number, .requeued) }
    }

    /// Where nobody takes what waits, others may have it: one by one it would go back again and again without any work,
    /// which queues count (`x-delivery-limit`).
    private func pauseIfIdle() throws(AMQPFault) {
        guard let link, isConsuming, !isPaused, !isFinished, let nextPause, nextPause <= SystemClock().now else {
            return
        }
        isPaused = true
        let rest = inbox.pause()
        // First of all, so that what goes back does not come again.
        try link.cancel(Self.number)
        for delivery in rest { ledger.settle(delivery.tag.number, .requeued) }
        logger.info(
            "nobody takes messages: those that were handed over go back to their queue",
            metadata: ["queue": "\(options.queue)", "count": "\(rest.count)"])
    }

    private func expire() {
        let expired = ledger.expire(SystemClock().now)
        guard !expired.isEmpty else { return }
        for tag in expired { leases.removeValue(forKey: tag)?.signal() }
        logger.warning(
            "messages were not settled in time and go back to their queue",
            metadata: ["queue": "\(options.queue)", "count": "\(expired.count)"])
    }

    private func tell() throws(AMQPFault) {
        guard let link, isConsuming else { return }
        for action in ledger.takeActions() { try link.tell(Self.number, action) }
    }
}
