internal import CRabbitMQ
internal import Glibc
internal import IntegrationCore

/// What is asked of the broker, with an answer that is waited for.
extension AMQPLink {
    /// Sends a method and waits for its answer, for as long as `timeout`; what else comes is kept for `nextEvent`.
    ///
    /// - Parameter limit: how long the answer may take, where that is not `timeout`.
    func call<Method>(
        _ channel: UInt16, _ id: amqp_method_number_t, _ method: Method, answer: amqp_method_number_t,
        _ stage: AMQPFailure.Stage, within limit: Duration? = nil
    ) throws(AMQPFault) {
        try send(channel, id, method, size: frameSize - AMQPOutput.overhead)
        let deadline = SystemClock().now + (limit ?? options.timeout)
        while true {
            try flush()
            while let frame = try nextFrame(stage) {
                if frame.channel == channel, Int32(frame.frame_type) == AMQP_FRAME_METHOD {
                    let method = frame.payload.method
                    if method.id == answer { return }
                    if method.id == AMQP_CHANNEL_CLOSE_METHOD { throw try channelClosed(method, channel, stage) }
                }
                if let event = try event(frame, stage) { early.append(event) }
            }
            try beat()
            try wait(until: deadline, stage)
        }
    }

    /// Waits until something comes, or what waits can go out, or there is a sign to be given.
    private func wait(until deadline: Duration, _ stage: AMQPFailure.Stage) throws(AMQPFault) {
        let now = SystemClock().now
        guard now < deadline else {
            throw AMQPFault(
                reach: .connection,
                error: IntegrationError(.answerTimedOut, "the broker did not answer in time: \(stage.words)"))
        }
        let turn = min(deadline, now + longestTurn)
        let events = Int16(POLLIN) | (output.isEmpty ? 0 : Int16(POLLOUT))
        var waiting = pollfd(fd: descriptor, events: events, revents: 0)
        if poll(&waiting, 1, Int32(clamping: (turn - now).milliseconds + 1)) > 0,
            waiting.revents & ~Int16(POLLOUT) != 0
        {
            noteSign()
        }
    }

    /// What a channel's end means for whom it came instead of an answer.
    private func channelClosed(
        _ method: amqp_method_t, _ channel: UInt16, _ stage: AMQPFailure.Stage
    ) throws(AMQPFault) -> AMQPFault {
        guard let closed = method.decoded?.assumingMemoryBound(to: amqp_channel_close_t.self).pointee else {
            return AMQPFault(reach: .connection, error: IntegrationError(.connectionCut, "the broker closed a channel"))
        }
        let error = AMQPFailure.refusal(closed.reply_code, String(closed.reply_text), stage)
        try confirmClosed(channel)
        return AMQPFault(reach: .channel, error: error)
    }

    /// Why logging in failed.
    func loginError(_ reply: amqp_rpc_reply_t, _ stage: AMQPFailure.Stage) -> IntegrationError {
        switch reply.reply_type {
        case AMQP_RESPONSE_SERVER_EXCEPTION: connectionClosed(reply.reply, stage)
        case AMQP_RESPONSE_LIBRARY_EXCEPTION: AMQPFailure.library(reply.library_error, functions, stage.words)
        default: IntegrationError(.connectionCut, "the broker closed the connection")
        }
    }

    /// Why the broker closed the connection.
    func connectionClosed(_ method: amqp_method_t, _ stage: AMQPFailure.Stage) -> IntegrationError {
        guard method.id == AMQP_CONNECTION_CLOSE_METHOD,
            let closed = method.decoded?.assumingMemoryBound(to: amqp_connection_close_t.self).pointee
        else { return IntegrationError(.connectionCut, "the broker closed the connection") }
        return AMQPFailure.refusal(closed.reply_code, String(closed.reply_text), stage)
    }

    /// Agrees to the end of a channel, whose number is free then.
    func confirmClosed(_ channel: UInt16) throws(AMQPFault) {
        contents[channel] = nil
        scratch.reset()
        try send(channel, AMQP_CHANNEL_CLOSE_OK_METHOD, amqp_channel_close_ok_t())
    }

    func check(_ status: Int32, _ what: String) throws(AMQPFault) {
        guard status != 0 else { return }
        throw AMQPFault(reach: .connection, error: AMQPFailure.library(status, functions, what))
    }

    // MARK: Channels

    func openChannel(_ channel: UInt16) throws(AMQPFault) {
        scratch.reset()
        try call(
            channel, AMQP_CHANNEL_OPEN_METHOD, amqp_channel_open_t(), answer: AMQP_CHANNEL_OPEN_OK_METHOD,
            .other("opening a channel"))
    }

    func closeChannel(_ channel: UInt16) throws(AMQPFault) {
        scratch.reset()
        var method = amqp_channel_close_t()
        method.reply_code = UInt16(AMQP_REPLY_SUCCESS)
        try call(
            channel, AMQP_CHANNEL_CLOSE_METHOD, method, answer: AMQP_CHANNEL_CLOSE_OK_METHOD,
            .other("closing a channel"))
        contents[channel] = nil
    }

    /// Asks for the confirmation of everything that is published on a channel.
    func confirm(_ channel: UInt16) throws(AMQPFault) {
        scratch.reset()
        try call(
            channel, AMQP_CONFIRM_SELECT_METHOD, amqp_confirm_select_t(), answer: AMQP_CONFIRM_SELECT_OK_METHOD,
            .other("asking for confirms"))
    }

    // MARK: Consuming

    /// Begins to consume a queue.
    ///
    /// - Parameter prefetch: most messages that are not acknowledged.
    func consume(_ channel: UInt16, _ queue: String, prefetch: Int, isExclusive: Bool) throws(AMQPFault) {
        let stage = AMQPFailure.Stage.consuming(queue: queue)
        scratch.reset()
        var quality = amqp_basic_qos_t()
        quality.prefetch_count = UInt16(clamping: prefetch)
        try call(channel, AMQP_BASIC_QOS_METHOD, quality, answer: AMQP_BASIC_QOS_OK_METHOD, stage)
        scratch.reset()
        var method = amqp_basic_consume_t()
        method.queue = scratch.bytes(queue)
        method.consumer_tag = scratch.bytes(Self.consumer)
        method.exclusive = isExclusive ? 1 : 0
        try call(channel, AMQP_BASIC_CONSUME_METHOD, method, answer: AMQP_BASIC_CONSUME_OK_METHOD, stage)
    }

    /// What a channel's only consumer is called.
    private static let consumer = "integration"

    /// Ends consuming; what was handed over can still be settled.
    func cancel(_ channel: UInt16) throws(AMQPFault) {
        scratch.reset()
        var method = amqp_basic_cancel_t()
        method.consumer_tag = scratch.bytes(Self.consumer)
        try call(
            channel, AMQP_BASIC_CANCEL_METHOD, method, answer: AMQP_BASIC_CANCEL_OK_METHOD, .other("ending to consume"))
    }

    func tell(_ channel: UInt16, _ action: AckLedger.Action) throws(AMQPFault) {
        scratch.reset()
        switch action {
        case .accept(let tag, let multiple):
            let method = amqp_basic_ack_t(delivery_tag: tag, multiple: multiple ? 1 : 0)
            try send(channel, AMQP_BASIC_ACK_METHOD, method)
        case .requeue(let tag, let multiple):
            let method = amqp_basic_nack_t(delivery_tag: tag, multiple: multiple ? 1 : 0, requeue: 1)
            try send(channel, AMQP_BASIC_NACK_METHOD, method)
        case .reject(let tag):
            let method = amqp_basic_nack_t(delivery_tag: tag, multiple: 0, requeue: 0)
            try send(channel, AMQP_BASIC_NACK_METHOD, method)
        }
    }
}

extension AMQPFailure.Stage {
    /// What was going on, for people.
    var words: String {
        switch self {
        case .login: "logging in"
        case .declaring(let what): "declaring \(what)"
        case .consuming(let queue): "consuming `\(queue)`"
        case .publishing(let exchange): "publishing to `\(exchange)`"
        case .other(let words): words
        }
    }
}
