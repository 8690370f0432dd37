internal import CRabbitMQ
internal import IntegrationCore

/// What the user may do, found out by requests that the broker can't carry out (RabbitMQ, Access Control): rights are looked
/// at before anything else.
extension AMQPLink {
    /// Whether the user may publish to an exchange that is there: writing is what a binding to it needs as well. This one
    /// would come from an exchange that is nowhere.
    func mayWrite(to exchange: String, on channel: UInt16) throws(AMQPFault) -> Bool {
        scratch.reset()
        var method = amqp_exchange_bind_t()
        method.destination = scratch.bytes(exchange)
        method.source = scratch.bytes("integration-rights-\(UInt64.random(in: 0 ... .max))")
        return try !isRefused("exchange '\(exchange)'", on: channel) { () throws(AMQPFault) in
            try call(
                channel, AMQP_EXCHANGE_BIND_METHOD, method, answer: AMQP_EXCHANGE_BIND_OK_METHOD,
                .other("asking for rights"))
        }
    }

    /// Whether the user may consume a queue that is there. The consumer would have a priority that is no number; where a
    /// broker takes it nevertheless, it gets one message at most, which goes back when the channel closes.
    func mayRead(_ queue: String, on channel: UInt16) throws(AMQPFault) -> Bool {
        var quality = amqp_basic_qos_t()
        quality.prefetch_count = 1
        scratch.reset()
        var method = amqp_basic_consume_t()
        method.queue = scratch.bytes(queue)
        method.arguments = scratch.table(AMQPTable([.init("x-priority", .string("none"))]))
        return try !isRefused("queue '\(queue)'", on: channel) { () throws(AMQPFault) in
            try call(
                channel, AMQP_BASIC_QOS_METHOD, quality, answer: AMQP_BASIC_QOS_OK_METHOD, .other("asking for rights"))
            try call(
                channel, AMQP_BASIC_CONSUME_METHOD, method, answer: AMQP_BASIC_CONSUME_OK_METHOD,
                .other("asking for rights"))
        }
    }

    /// Whether the user lacks the right to something, as the answer says; nothing else that it says matters.
    private func isRefused(
        _ resource: String, on channel: UInt16, _ request: () throws(AMQPFault) -> Void
    ) throws(AMQPFault) -> Bool {
        try openChannel(channel)
        do throws(AMQPFault) {
            try request()
        } catch {
            guard error.reach == .channel else { throw error }
            return error.error.code == .accessRefused
                && error.error.causes.contains { $0.contains("access to \(resource)") }
        }
        try closeChannel(channel)
        return false
    }
}
