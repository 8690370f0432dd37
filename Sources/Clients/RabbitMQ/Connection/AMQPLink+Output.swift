internal import CRabbitMQ
internal import Glibc
internal import IntegrationCore

/// What goes to the broker. The library's own way of writing waits without limit where the broker does not read, so that
/// after the login everything is written here, as far as the connection takes it; only encoding is the library's.
extension AMQPLink {
    /// Puts a method in that is sent soon.
    ///
    /// - Parameter size: bytes that its arguments take at most.
    func send<Method>(
        _ channel: UInt16, _ id: amqp_method_number_t, _ method: Method, size: Int = 1024
    ) throws(AMQPFault) {
        let arguments = try encode(id, method, size: size)
        withUnsafeBytes(of: id.bigEndian) {
            output.append(AMQP_FRAME_METHOD, on: channel, $0, UnsafeRawBufferPointer(arguments))
        }
    }

    private func encode<Method>(
        _ id: amqp_method_number_t, _ method: Method, size: Int
    ) throws(AMQPFault) -> UnsafeMutableRawBufferPointer {
        var method = method
        let room = scratch.room(size)
        let length = withUnsafeMutablePointer(to: &method) {
            functions.pointee.amqp_encode_method(id, $0, amqp_bytes_t(len: size, bytes: room.baseAddress))
        }
        if length < 0 { try check(length, "encoding") }
        return UnsafeMutableRawBufferPointer(rebasing: room[..<Int(length)])
    }

    /// Puts a checked message in, but for its body (AMQP 0-9-1, section 4.2.6).
    ///
    /// - Parameter number: for a header that tells it from others with the same id.
    func begin(
        _ message: AMQPMessage, to exchange: String, isMandatory: Bool, number: UInt64?, on channel: UInt16
    ) throws(AMQPFault) {
        scratch.reset()
        var properties = message.properties
        if let number { properties.headers[Self.numberHeader] = .integer(Int64(bitPattern: number)) }
        var method = amqp_basic_publish_t()
        method.exchange = scratch.bytes(exchange)
        method.routing_key = scratch.bytes(message.routingKey)
        method.mandatory = isMandatory ? 1 : 0
        let size = properties.wireSize
        let room = scratch.room(size)
        var encoded = scratch.properties(properties)
        let basic = UInt16(AMQP_BASIC_CLASS)
        let length = functions.pointee.amqp_encode_properties(
            basic, &encoded, amqp_bytes_t(len: size, bytes: room.baseAddress))
        // Before anything of it is on its way.
        if length < 0 { try check(length, "encoding properties") }
        try send(channel, AMQP_BASIC_PUBLISH_METHOD, method)
        withUnsafeBytes(of: (basic.bigEndian, UInt16(0))) { start in
            withUnsafeBytes(of: UInt64(message.body.count).bigEndian) { bodySize in
                output.append(
                    AMQP_FRAME_HEADER, on: channel, start, bodySize,
                    UnsafeRawBufferPointer(rebasing: room[..<Int(length)]))
            }
        }
    }

    /// Puts as much of a body in as there is room for, from a place on.
    ///
    /// - Returns: the place behind it.
    func append(_ body: [UInt8], from start: Int, on channel: UInt16) -> Int {
        var place = start
        while place < body.count, output.hasRoom {
            let end = min(body.count, place + frameSize - AMQPOutput.overhead)
            body.withUnsafeBytes {
                output.append(AMQP_FRAME_BODY, on: channel, UnsafeRawBufferPointer(rebasing: $0[place..<end]))
            }
            place = end
        }
        return place
    }

    static let numberHeader = "x-integration-number"

    /// Writes what the connection takes without waiting.
    func flush() throws(AMQPFault) {
        while !output.isEmpty {
            let (descriptor, tls) = (descriptor, tls)
            let written = output.write { bytes in
                guard let start = bytes.baseAddress else { return 0 }
                if let tls { return crabbitmq_write_tls(tls, start, bytes.count) }
                let count = Glibc.send(descriptor, start, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
                return count < 0 && [EAGAIN, EINTR].contains(errno) ? 0 : count
            }
            if written == 0 { return }
            guard written > 0 else {
                let reason = tls == nil ? String(cString: strerror(errno)) : "TLS can't be written any more"
                output = AMQPOutput()
                // The broker may have said why.
                let stage = AMQPFailure.Stage.other("sending")
                while let frame = try nextFrame(stage) {
                    if let event = try event(frame, stage) { early.append(event) }
                }
                throw AMQPFault(
                    reach: .connection,
                    error: IntegrationError(.connectionCut, "the connection was cut: sending", causes: [reason]))
            }
            lastSign = SystemClock().now
        }
    }

    /// Gives the broker a sign that is due, and gives it up where it gave none for two heartbeats; called several times in
    /// each heartbeat. While the broker does not read there is nothing to be added to what waits for it.
    func beat() throws(AMQPFault) {
        guard heartbeat > .zero else { return }
        let now = SystemClock().now
        if lastHeard + heartbeat * 2 < now {
            throw AMQPFault(
                reach: .connection,
                error: IntegrationError(
                    .connectionCut, "the connection was cut",
                    causes: ["the broker gave no sign for two heartbeats (\((heartbeat * 2).configurationText))"]))
        }
        guard output.isEmpty, lastSign + heartbeat / 2 <= now else { return }
        output.append(AMQP_FRAME_HEARTBEAT, on: 0)
        lastSign = now
        try flush()
    }

    /// How long nobody has to look after the connection.
    var longestTurn: Duration { heartbeat > .zero ? heartbeat / 4 : .seconds(60) }

    /// The broker has said something.
    func noteSign() { lastHeard = SystemClock().now }
}
