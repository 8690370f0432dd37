internal import CRabbitMQ
internal import IntegrationCore

/// What is asked of the broker, with an answer that is waited for.
extension AMQPLink {
    /// Sends a method and waits for its answer, for as long as `timeout`; what else comes is kept for `nextEvent`.
    func call<Method>(
        _ channel: UInt16, _ id: amqp_method_number_t, _ method: Method, answer: amqp_method_number_t,
        _ stage: AMQPFailure.Stage
    ) throws(AMQPFault) {
        var method = method
        var answers = [answer, 0]
        let reply = withUnsafeMutablePointer(to: &method) { method in
            answers.withUnsafeMutableBufferPointer { answers in
                functions.pointee.amqp_simple_rpc(state, channel, id, answers.baseAddress, method)
            }
        }
        guard reply.reply_type != AMQP_RESPONSE_NORMAL else { return }
        throw fault(reply, channel, stage)
    }

    /// What an answer that is none means.
    func fault(_ reply: amqp_rpc_reply_t, _ channel: UInt16, _ stage: AMQPFailure.Stage) -> AMQPFault {
        switch reply.reply_type {
        case AMQP_RESPONSE_SERVER_EXCEPTION:
            guard reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD,
                let closed = reply.reply.decoded?.assumingMemoryBound(to: amqp_channel_close_t.self).pointee
            else {
                return AMQPFault(reach: .connection, error: connectionClosed(reply.reply, stage))
            }
            let error = AMQPFailure.refusal(closed.reply_code, String(closed.reply_text), stage)
            do throws(AMQPFault) {
                try confirmClosed(channel)
                return AMQPFault(reach: .channel, error: error)
            } catch {
                return AMQPFault(reach: .connection, error: error.error)
            }
        case AMQP_RESPONSE_LIBRARY_EXCEPTION:
            return AMQPFault(
                reach: .connection, error: AMQPFailure.library(reply.library_error, functions, stage.words))
        default:
            return AMQPFault(
                reach: .connection, error: IntegrationError(.connectionCut, "the broker closed the connection"))
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
        try send(channel, AMQP_CHANNEL_CLOSE_OK_METHOD, amqp_channel_close_ok_t())
    }

    /// Sends a method that nobody answers.
    func send<Method>(_ channel: UInt16, _ id: amqp_method_number_t, _ method: Method) throws(AMQPFault) {
        var method = method
        let status = withUnsafeMutablePointer(to: &method) {
            functions.pointee.amqp_send_method(state, channel, id, $0)
        }
        try check(status, "sending")
    }

    func check(_ status: Int32, _ what: String) throws(AMQPFault) {
        guard status != 0 else { return }
        throw AMQPFault(reach: .connection, error: AMQPFailure.library(status, functions, what))
    }

    /// Sends what `body` sends in as few segments as will do: each would wake the broker by itself (tcp(7), `TCP_CORK`).
    func together(_ body: () throws(AMQPFault) -> Void) throws(AMQPFault) {
        TCPSocket.cork(descriptor, true)
        defer { TCPSocket.cork(descriptor, false) }
        try body()
    }

    // MARK: Channels

    func openChannel(_ channel: UInt16) throws(AMQPFault) {
        try call(
            channel, AMQP_CHANNEL_OPEN_METHOD, amqp_channel_open_t(), answer: AMQP_CHANNEL_OPEN_OK_METHOD,
            .other("opening a channel"))
    }

    func closeChannel(_ channel: UInt16) throws(AMQPFault) {
        var method = amqp_channel_close_t()
        method.reply_code = UInt16(AMQP_REPLY_SUCCESS)
        try call(
            channel, AMQP_CHANNEL_CLOSE_METHOD, method, answer: AMQP_CHANNEL_CLOSE_OK_METHOD,
            .other("closing a channel"))
        contents[channel] = nil
    }

    /// Asks for the confirmation of everything that is published on a channel.
    func confirm(_ channel: UInt16) throws(AMQPFault) {
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
        let status =
            switch action {
            case .accept(let tag, let multiple):
                functions.pointee.amqp_basic_ack(state, channel, tag, multiple ? 1 : 0)
            case .requeue(let tag, let multiple):
                functions.pointee.amqp_basic_nack(state, channel, tag, multiple ? 1 : 0, 1)
            case .reject(let tag): functions.pointee.amqp_basic_nack(state, channel, tag, 0, 0)
            }
        try check(status, "acknowledging")
    }

    // MARK: Publishing

    /// Publishes a checked message.
    ///
    /// - Parameter number: for a header that tells it from others with the same id.
    func publish(
        _ message: AMQPMessage, to exchange: String, isMandatory: Bool, number: UInt64?, on channel: UInt16
    ) throws(AMQPFault) {
        scratch.reset()
        var properties = message.properties
        if let number { properties.headers[Self.numberHeader] = .integer(Int64(bitPattern: number)) }
        var encoded = scratch.properties(properties)
        let (exchange, key) = (scratch.bytes(exchange), scratch.bytes(message.routingKey))
        let status = message.body.withUnsafeBytes { body in
            functions.pointee.amqp_basic_publish(
                state, channel, exchange, key, isMandatory ? 1 : 0, 0, &encoded,
                amqp_bytes_t(len: body.count, bytes: UnsafeMutableRawPointer(mutating: body.baseAddress)))
        }
        try check(status, "publishing")
    }

    static let numberHeader = "x-integration-number"
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
