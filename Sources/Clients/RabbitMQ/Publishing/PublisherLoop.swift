internal import CRabbitMQ
internal import IntegrationCore
internal import Logging

/// What the thread of a publishing connection does: connects when there is something to publish, publishes, matches what
/// comes back to what went out, and fails what has waited for too long.
final class PublisherLoop: ConnectionLoop, @unchecked Sendable {
    // Proof of Sendable: `mailbox` and `gate` are safe for threads; everything else is touched by `run`, which one thread
    // calls once.

    enum Command {
        case publish(PublishTicket, PublishTarget)
        /// Nobody publishes to it any more.
        case leave(PublishTarget)
        case stop
    }

    /// Messages on their way out, one after another.
    private struct Outgoing {
        var ticket: PublishTicket
        var target: PublishTarget
        /// The message whose turn it is.
        var index = 0
        /// How much of its body is out; nil: nothing of it is.
        var place: Int?
        /// Messages from here on are not sent.
        var end: Int

        init(_ ticket: PublishTicket, to target: PublishTarget) {
            (self.ticket, self.target) = (ticket, target)
            end = ticket.messages.count
        }
    }

    private struct Channel {
        var number: UInt16
        var window = ConfirmWindow<(ticket: PublishTicket, index: Int)>()
        /// Whether the broker has refused a message on it (basic.nack).
        var hasRefused = false
    }

    let mailbox: Mailbox<Command>
    let gate = SocketGate()
    private let options: AMQPOptions
    private let topology: AMQPTopology
    private let logger: Logger
    private var link: AMQPLink?
    /// The address that worked last.
    private var favourite: AMQPOptions.Address?
    private var channels: [PublishTarget: Channel] = [:]
    /// Why the broker takes nothing; nil: it does.
    private var blocked: String?
    /// Those who wait for the end of their publishing, in the order of their deadlines.
    private var waiting: [(ticket: PublishTicket, deadline: Duration)] = []
    /// What is not written yet, in order.
    private var outgoing: [Outgoing] = []

    init(_ options: AMQPOptions, _ topology: AMQPTopology, _ logger: Logger) throws(IntegrationError) {
        mailbox = try Mailbox()
        (self.options, self.topology, self.logger) = (options, topology, logger)
    }

    func stop() { mailbox.post(.stop) }

    func run() {
        var isStopping = false
        while !isStopping {
            for command in mailbox.take() {
                switch command {
                case .publish(let ticket, let target): publish(ticket, target)
                case .leave(let target): leave(target)
                case .stop: isStopping = true
                }
            }
            do throws(AMQPFault) {
                try write()
                while let event = try link?.nextEvent() { handle(event) }
                try link?.beat()
                try link?.flush()
            } catch {
                lose(error.error)
            }
            expire()
            if !isStopping, mailbox.wait(link?.descriptor, forRoom: link?.output.isEmpty == false, until: nextTurn) {
                link?.noteSign()
            }
        }
        for (ticket, _) in waiting {
            ticket.failRest(IntegrationError(.connectionCut, "the connection was closed before the broker confirmed"))
        }
        // What is half written would be followed by the farewell.
        if link?.output.isEmpty == true { link?.close() } else { link?.destroy() }
        link = nil
    }

    /// Signs of life are given in passing: several turns in each heartbeat.
    private var nextTurn: Duration {
        let now = SystemClock().now
        if let link, !outgoing.isEmpty, link.output.isEmpty { return now }
        let turn = now + (link?.longestTurn ?? .seconds(60))
        return min(turn, waiting.first?.deadline ?? turn)
    }

    // MARK: Out

    private func publish(_ ticket: PublishTicket, _ target: PublishTarget) {
        guard !ticket.isDone else { return }
        if let blocked { return ticket.failRest(Self.refusal(blocked)) }
        outgoing.append(Outgoing(ticket, to: target))
        waiting.append((ticket, ticket.created + options.timeout))
    }

    /// Writes as much as the connection takes without waiting, some at a time: what comes is read meanwhile.
    private func write() throws(AMQPFault) {
        while !outgoing.isEmpty {
            // Whose end nobody waits for any more, goes on only where it has begun.
            if outgoing[0].place == nil, outgoing[0].index >= outgoing[0].end || outgoing[0].ticket.isDone {
                if outgoing.removeFirst().ticket.isDone { waiting.removeAll { $0.ticket.isDone } }
                continue
            }
            do throws(AMQPFault) {
                let link = try opened()
                guard link.output.hasRoom else { break }
                try writeNext(link)
            } catch {
                guard error.reach == .channel else { throw error }
                outgoing.removeFirst().ticket.failRest(AMQPFailure.unsent(error.error))
                waiting.removeAll { $0.ticket.isDone }
            }
            // What came while an answer was waited for.
            while link?.early.isEmpty == false, let event = try link?.nextEvent() { handle(event) }
        }
        try link?.flush()
    }

    /// Puts in what the connection has room for of the message whose turn it is.
    private func writeNext(_ link: AMQPLink) throws(AMQPFault) {
        let (ticket, target, index) = (outgoing[0].ticket, outgoing[0].target, outgoing[0].index)
        let message = ticket.messages[index]
        guard let place = outgoing[0].place else {
            do throws(IntegrationError) {
                try message.check(frame: link.frameSize)
            } catch {
                outgoing[0].index += 1
                return ticket.finish(index, error)
            }
            try begin(message, ticket, index, target, link)
            outgoing[0].place = 0
            return
        }
        let end = link.append(message.body, from: place, on: try channel(of: target, link))
        outgoing[0].place = end
        guard end == message.body.count else { return }
        outgoing[0].place = nil
        outgoing[0].index += 1
        if !target.isConfirmed { ticket.finish(index, nil) }
    }

    private func begin(
        _ message: AMQPMessage, _ ticket: PublishTicket, _ index: Int, _ target: PublishTarget, _ link: AMQPLink
    ) throws(AMQPFault) {
        // A channel that was open while a quorum queue lost its leader may refuse everything ever after (seen with
        // RabbitMQ 3.10); a new one does not.
        if let used = channels[target], used.hasRefused, used.window.count == 0 { try leave(target, link) }
        let channel = try channel(of: target, link)
        var number: UInt64?
        if target.isConfirmed {
            number = channels[target]?.window.add(
                (ticket, index), size: message.body.count, messageID: message.properties.messageID)
        }
        try link.begin(
            message, to: target.exchange, isMandatory: target.isMandatory, number: target.isMandatory ? number : nil,
            on: channel)
    }

    /// Fails messages of which nothing was sent.
    private func failUnwritten(_ error: IntegrationError, of only: PublishTicket? = nil) {
        for place in outgoing.indices where only == nil || outgoing[place].ticket === only {
            let begun = outgoing[place].index + (outgoing[place].place == nil ? 0 : 1)
            for index in begun..<max(begun, outgoing[place].end) { outgoing[place].ticket.finish(index, error) }
            outgoing[place].end = begun
        }
        if only == nil { waiting.removeAll { $0.ticket.isDone } }
    }

    private static func refusal(_ reason: String) -> IntegrationError {
        IntegrationError(.amqpBlocked, "the broker has blocked its publishers", causes: [reason])
    }

    private func opened() throws(AMQPFault) -> AMQPLink {
        if let link { return link }
        do throws(IntegrationError) {
            let opened = try AMQPLink.open(options, favourite: favourite, gate: gate)
            do throws(AMQPFault) {
                try opened.declare(topology, on: 1)
            } catch {
                opened.close()
                throw error.error
            }
            link = opened
            favourite = opened.address
            blocked = nil
            return opened
        } catch {
            throw AMQPFault(reach: .connection, error: error)
        }
    }

    private func channel(of target: PublishTarget, _ link: AMQPLink) throws(AMQPFault) -> UInt16 {
        if let known = channels[target] { return known.number }
        let taken = Set(channels.values.map(\.number))
        guard let number = (1...2047).first(where: { !taken.contains($0) }) else {
            throw AMQPFault(reach: .channel, error: IntegrationError(.amqpFailed, "all 2047 channels are in use"))
        }
        try link.openChannel(number)
        if target.isConfirmed { try link.confirm(number) }
        channels[target] = Channel(number: number)
        return number
    }

    private func leave(_ target: PublishTarget) {
        guard let link else { return }
        let wasWriting = outgoing.contains { $0.target == target && $0.place != nil }
        outgoing.removeAll { $0.target == target }
        // What nobody confirms counts as sent, and so goes out first.
        guard !wasWriting, link.output.isEmpty || !target.isConfirmed else {
            return lose(IntegrationError(.connectionCut, "the connection was given up with messages on their way"))
        }
        do throws(AMQPFault) {
            try leave(target, link)
        } catch {
            lose(error.error)
        }
    }

    /// Closes a channel.
    ///
    /// - Throws: what ends the connection, which is of no use any more; what the broker has against the channel ends it as
    ///   well as anything.
    private func leave(_ target: PublishTarget, _ link: AMQPLink) throws(AMQPFault) {
        guard let channel = channels.removeValue(forKey: target) else { return }
        do throws(AMQPFault) {
            try link.closeChannel(channel.number)
        } catch {
            if error.reach == .connection { throw error }
        }
    }

    // MARK: In

    private func handle(_ event: AMQPEvent) {
        switch event {
        case .confirmed(let channel, let number, let multiple, let isAccepted):
            guard let target = target(of: channel) else { return }
            if !isAccepted { channels[target]?.hasRefused = true }
            for (slot, refusal) in channels[target]?.window.settle(number, multiple: multiple) ?? [] {
                let nack = IntegrationError(.amqpRejected, "the broker refused the message (basic.nack)")
                slot.ticket.finish(slot.index, refusal ?? (isAccepted ? nil : nack))
            }
            waiting.removeAll { $0.ticket.isDone }
        case .returned(let channel, let back): handle(back, channel)
        case .channelClosed(let channel, let code, let text):
            guard let target = target(of: channel), var closed = channels.removeValue(forKey: target) else { return }
            let lost = closed.window.takeAll()
            // Nobody wants the rest of a message that was being written.
            for place in outgoing.indices where outgoing[place].target == target && outgoing[place].place != nil {
                outgoing[place].place = nil
                outgoing[place].index += 1
            }
            logger.warning(
                "the broker closed a channel",
                metadata: ["exchange": "\(target.exchange)", "code": "\(code)", "reason": "\(text)"])
            for (slot, size) in lost {
                slot.ticket.finish(slot.index, Self.failure(code, text, target, size: size, isAlone: lost.count == 1))
            }
            waiting.removeAll { $0.ticket.isDone }
        case .blocked(let reason):
            blocked = reason
            failUnwritten(Self.refusal(reason))
            logger.warning("the broker takes nothing at the moment", metadata: ["reason": "\(reason)"])
        case .unblocked:
            blocked = nil
            logger.info("the broker takes messages again")
        case .delivered, .cancelled: break
        }
    }

    private func handle(_ back: AMQPReturn, _ channel: UInt16) {
        guard let target = target(of: channel) else { return }
        var number: UInt64?
        if case .integer(let text)? = back.properties.headers[AMQPLink.numberHeader] {
            number = UInt64(bitPattern: text)
        }
        let place = back.exchange.isEmpty ? "a queue `\(back.routingKey)`" : "the exchange `\(back.exchange)`"
        let refusal = IntegrationError(
            .amqpUnroutable, "\(place) leads a message with the routing key `\(back.routingKey)` nowhere",
            nativeCode: "\(back.code)", causes: [back.text])
        let isKnown = channels[target]?.window.returned(
            number: number, messageID: back.properties.messageID, refusal)
        guard isKnown != true else { return }
        // Whose it is can't be told: the only safe thing is to take nothing for accepted that is under way.
        lose(IntegrationError(.connectionCut, "a message came back that was not sent: `\(back.routingKey)`"))
    }

    private func target(of channel: UInt16) -> PublishTarget? {
        channels.first { $0.value.number == channel }?.key
    }

    /// What becomes of a message that was under way when its channel was closed.
    private static func failure(
        _ code: UInt16, _ text: String, _ target: PublishTarget, size: Int, isAlone: Bool
    ) -> IntegrationError {
        let error = AMQPFailure.refusal(code, text, .publishing(exchange: target.exchange))
        guard code == 406 else { return error }
        // `message size N is larger than …`: that one is to blame, its neighbours are not.
        if text.contains("message size \(size) ") || isAlone {
            return IntegrationError(
                .amqpMessageInvalid, "the broker does not take the message", nativeCode: "\(code)", causes: [text])
        }
        return IntegrationError(
            .connectionCut, "the broker closed the channel because of another message", causes: [text])
    }

    // MARK: Losses

    private func lose(_ error: IntegrationError) {
        let known = error.isRetryable ? error : IntegrationError(.connectionCut, error.message, causes: error.causes)
        link?.destroy()
        link = nil
        blocked = nil
        failUnwritten(AMQPFailure.unsent(known))
        for ticket in outgoing.map(\.ticket) { ticket.failRest(Self.cut(by: known)) }
        outgoing.removeAll()
        for target in channels.keys {
            for (slot, _) in channels[target]?.window.takeAll() ?? [] {
                // Whether it got there is not known, whatever ended the connection.
                slot.ticket.finish(slot.index, Self.cut(by: known))
            }
        }
        channels.removeAll()
        waiting.removeAll { $0.ticket.isDone }
    }

    private static func cut(by error: IntegrationError) -> IntegrationError {
        IntegrationError(
            .connectionCut, "the connection ended before the broker confirmed", causes: [error.message] + error.causes)
    }

    /// Fails what has waited for too long, and ends a connection over which the broker does not confirm: nothing may pile
    /// up on it.
    private func expire() {
        let now = SystemClock().now
        var isLate = false
        while let first = waiting.first, first.deadline <= now {
            waiting.removeFirst()
            guard !first.ticket.isDone else { continue }
            let limit = options.timeout.configurationText
            if let blocked {
                first.ticket.failRest(
                    IntegrationError(
                        .amqpBlocked, "the broker has blocked its publishers, for \(limit) by now", causes: [blocked]))
            } else {
                isLate = true
                failUnwritten(
                    IntegrationError(.connectTimedOut, "the connection took no more messages within \(limit)"),
                    of: first.ticket)
                first.ticket.failRest(
                    IntegrationError(.answerTimedOut, "the broker did not confirm within \(limit)"))
            }
        }
        if isLate { lose(IntegrationError(.connectionCut, "the broker did not confirm in time")) }
    }
}
