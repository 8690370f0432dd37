internal import CRabbitMQ
internal import Glibc
internal import IntegrationCore

/// What the broker says of its own accord.
extension AMQPLink {
    /// The next thing that the broker said; nil where there is nothing at the moment.
    func nextEvent() throws(AMQPFault) -> AMQPEvent? {
        if handedOn < early.count {
            handedOn += 1
            let event = early[handedOn - 1]
            if handedOn == early.count { forgetEarly() }
            return event
        }
        let stage = AMQPFailure.Stage.other("waiting for the broker")
        while let frame = try nextFrame(stage) {
            if let event = try event(frame, stage) { return event }
        }
        return nil
    }

    /// Forgets what came while an answer was waited for: the channel that it belongs to is gone.
    func forgetEarly() {
        early.removeAll()
        handedOn = 0
    }

    /// The next frame that came; it can be read until the next one.
    func nextFrame(_ stage: AMQPFailure.Stage) throws(AMQPFault) -> amqp_frame_t? {
        guard !isOver else {
            throw AMQPFault(reach: .connection, error: IntegrationError(.connectionCut, "the connection is closed"))
        }
        var frame = amqp_frame_t()
        var none = timeval()
        functions.pointee.amqp_maybe_release_buffers(state)
        let status = functions.pointee.amqp_simple_wait_frame_noblock(state, &frame, &none)
        if status == AMQP_STATUS_TIMEOUT.rawValue { return nil }
        try check(status, stage.words)
        return frame
    }

    /// What a frame says, once all of it is there.
    ///
    /// - Parameter stage: what was going on, for the reason why the broker closes the connection.
    func event(_ frame: amqp_frame_t, _ stage: AMQPFailure.Stage) throws(AMQPFault) -> AMQPEvent? {
        let channel = frame.channel
        switch Int32(frame.frame_type) {
        case AMQP_FRAME_METHOD: return try event(frame.payload.method, channel, stage)
        case AMQP_FRAME_HEADER:
            let header = frame.payload.properties
            guard contents[channel] != nil,
                let properties = header.decoded?.assumingMemoryBound(to: amqp_basic_properties_t.self).pointee
            else { return nil }
            guard header.body_size <= AMQPContent.largestBody else {
                throw AMQPFault(
                    reach: .connection,
                    error: IntegrationError(
                        .connectionCut, "the broker announced a message of \(header.body_size) bytes"))
            }
            contents[channel]?.properties = AMQPProperties(properties)
            contents[channel]?.size = header.body_size
            contents[channel]?.body.reserveCapacity(Int(min(header.body_size, 1 << 20)))
        case AMQP_FRAME_BODY:
            let part = frame.payload.body_fragment
            contents[channel]?.body.append(
                contentsOf: UnsafeRawBufferPointer(start: part.bytes, count: part.len))
        default: return nil
        }
        guard let event = contents[channel]?.event(on: channel) else { return nil }
        contents[channel] = nil
        return event
    }

    private func event(
        _ method: amqp_method_t, _ channel: UInt16, _ stage: AMQPFailure.Stage
    ) throws(AMQPFault) -> AMQPEvent? {
        guard let decoded = method.decoded else { return nil }
        func read<Method>(_ type: Method.Type) -> Method { decoded.assumingMemoryBound(to: type).pointee }
        switch method.id {
        case AMQP_BASIC_ACK_METHOD:
            let ack = read(amqp_basic_ack_t.self)
            return .confirmed(
                channel: channel, number: ack.delivery_tag, multiple: ack.multiple != 0, isAccepted: true)
        case AMQP_BASIC_NACK_METHOD:
            let nack = read(amqp_basic_nack_t.self)
            return .confirmed(
                channel: channel, number: nack.delivery_tag, multiple: nack.multiple != 0, isAccepted: false)
        case AMQP_BASIC_RETURN_METHOD:
            let back = read(amqp_basic_return_t.self)
            contents[channel] = AMQPContent(
                purpose: .back(code: back.reply_code, text: String(back.reply_text)),
                exchange: String(back.exchange), routingKey: String(back.routing_key))
        case AMQP_BASIC_DELIVER_METHOD:
            let deliver = read(amqp_basic_deliver_t.self)
            contents[channel] = AMQPContent(
                purpose: .delivery(tag: deliver.delivery_tag, isRedelivered: deliver.redelivered != 0),
                exchange: String(deliver.exchange), routingKey: String(deliver.routing_key))
        case AMQP_BASIC_CANCEL_METHOD: return .cancelled(channel: channel)
        case AMQP_CHANNEL_CLOSE_METHOD:
            let closed = read(amqp_channel_close_t.self)
            let event = AMQPEvent.channelClosed(
                channel: channel, code: closed.reply_code, text: String(closed.reply_text))
            try confirmClosed(channel)
            return event
        case AMQP_CONNECTION_CLOSE_METHOD:
            let error = connectionClosed(method, stage)
            do throws(AMQPFault) {
                scratch.reset()
                try send(0, AMQP_CONNECTION_CLOSE_OK_METHOD, amqp_connection_close_ok_t())
                try flush()
            } catch {
                // It is at its end in any case, and the broker's reason is the one that counts.
            }
            throw AMQPFault(reach: .connection, error: error)
        case AMQP_CONNECTION_BLOCKED_METHOD:
            return .blocked(reason: String(read(amqp_connection_blocked_t.self).reason))
        case AMQP_CONNECTION_UNBLOCKED_METHOD: return .unblocked
        default: break
        }
        return nil
    }
}
