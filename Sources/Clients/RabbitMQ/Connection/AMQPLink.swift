internal import CRabbitMQ
internal import Glibc
internal import IntegrationCore

/// One connection to a broker, as the thread sees it that it belongs to.
///
/// The library is not safe for threads: everything but `gate` is used on one thread. What it hands out lives in its
/// pools until `amqp_maybe_release_buffers`, so events copy what they keep. The end goes in this order: the broker is told
/// (`connection.close`), the gate forgets the descriptor, and `amqp_destroy_connection` frees buffers, channels,
/// TLS and socket together.
final class AMQPLink {
    let functions: AMQPLibrary.Functions
    let state: amqp_connection_state_t
    let options: AMQPOptions
    let address: AMQPOptions.Address
    let scratch = AMQPScratch()
    private let gate: SocketGate
    /// What was seen of the other side; nil without TLS.
    private(set) var handshake: crabbitmq_handshake?
    /// OpenSSL's connection, once it is agreed upon.
    private(set) var tls: UnsafeMutableRawPointer?
    /// Whether the broker has let us in.
    private var isOpen = false
    /// Messages that are coming in, by channel.
    var contents: [UInt16: AMQPContent] = [:]
    /// What is on its way to the broker.
    var output = AMQPOutput()
    /// What came while an answer was waited for, and how much of it was handed on.
    var early: [AMQPEvent] = []
    var handedOn = 0
    /// How often both sides give a sign, as agreed upon; zero: never.
    private(set) var heartbeat = Duration.zero
    /// When something was written last.
    var lastSign = Duration.zero
    /// When something was heard last.
    var lastHeard = Duration.zero
    private(set) var isOver = false

    /// Opens a connection to the first address that lets us in; each has its share of `timeout`, so that a silent one
    /// leaves the others their turn.
    ///
    /// - Parameter favourite: is tried first: the one that worked last.
    /// - Throws: why the last one did not; nothing was sent, so it loses nobody a try.
    static func open(
        _ options: AMQPOptions, favourite: AMQPOptions.Address?, gate: SocketGate
    ) throws(IntegrationError) -> AMQPLink {
        var addresses = options.addresses
        if let favourite, let place = addresses.firstIndex(of: favourite) {
            addresses = Array(addresses[place...] + addresses[..<place])
        }
        // Ahead of those who wait for the message to be sent.
        let end = SystemClock().now + options.timeout * 9 / 10
        var last = IntegrationError(.cannotBuild, "the connector names no address")
        for (tried, address) in addresses.enumerated() {
            guard !gate.isClosed else { break }
            let now = SystemClock().now
            let deadline = now + max(.zero, end - now) / (addresses.count - tried)
            do throws(IntegrationError) {
                let link = try AMQPLink(options, address, gate)
                try link.connect(until: min(deadline, now + options.connectTimeout))
                try link.login(until: deadline)
                return link
            } catch {
                last = AMQPFailure.unsent(error)
            }
        }
        throw last
    }

    init(_ options: AMQPOptions, _ address: AMQPOptions.Address, _ gate: SocketGate) throws(IntegrationError) {
        functions = try AMQPLibrary.load()
        guard let state = functions.pointee.amqp_new_connection() else {
            throw IntegrationError(.connectionRefused, "there is no memory for a connection")
        }
        (self.state, self.options, self.address, self.gate) = (state, options, address, gate)
    }

    deinit { destroy() }

    /// Negative at the end.
    var descriptor: Int32 { isOver ? -1 : functions.pointee.amqp_get_sockfd(state) }

    /// Bytes that a frame holds at most; at the end the least that every broker takes (AMQP 0-9-1, 4.2.3).
    var frameSize: Int { isOver ? 4096 : Int(functions.pointee.amqp_get_frame_max(state)) }

    // MARK: Beginning

    /// The way to the broker, TLS with it.
    ///
    /// - Parameter deadline: on the machine's monotonic clock.
    func connect(until deadline: Duration) throws(IntegrationError) {
        let targets = try TCPSocket.resolve(address)
        if let tls = options.tls {
            try connect(tls, targets, until: deadline)
        } else {
            guard let socket = functions.pointee.amqp_tcp_socket_new(state) else { throw noMemory }
            let (descriptor, _) = try TCPSocket.connect(targets, address, until: deadline, gate: gate)
            functions.pointee.amqp_tcp_socket_set_sockfd(socket, descriptor)
        }
        guard gate.open(descriptor) else { throw IntegrationError(.connectionCut, "the connection was given up") }
    }

    private func connect(
        _ tls: TLSConfiguration, _ targets: [TCPSocket.Target], until deadline: Duration
    ) throws(IntegrationError) {
        guard let socket = functions.pointee.amqp_ssl_socket_new(state) else { throw noMemory }
        if let ca = tls.ca {
            try check(functions.pointee.amqp_ssl_socket_set_cacert(socket, ca.resolved), "tls.ca", ca)
        }
        if let cert = tls.cert, let key = tls.key {
            try check(functions.pointee.amqp_ssl_socket_set_key(socket, cert.resolved, key.resolved), "tls.cert", cert)
        }
        var seen = crabbitmq_handshake()
        var timeout = timeval(max(.zero, deadline - SystemClock().now))
        let status = withUnsafeMutablePointer(to: &seen) { seen in
            defer { crabbitmq_finish_tls() }
            guard
                crabbitmq_prepare_tls(
                    socket, address.host, tls.serverName ?? address.host, tls.verify ? 1 : 0, tls.ca == nil ? 1 : 0,
                    tls.minimumVersion == .tls13 ? 3 : 2, seen) == 0
            else { return Int32(AMQP_STATUS_SSL_ERROR.rawValue) }
            return functions.pointee.amqp_socket_open_noblock(socket, address.host, Int32(address.port), &timeout)
        }
        handshake = seen
        switch amqp_status_enum(rawValue: status) {
        case AMQP_STATUS_OK: self.tls = seen.connection
        case AMQP_STATUS_TIMEOUT:
            throw IntegrationError(.connectTimedOut, "there was no TLS with \(address) in time")
        case AMQP_STATUS_SSL_ERROR, AMQP_STATUS_SSL_CONNECTION_FAILED, AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED,
            AMQP_STATUS_SSL_PEER_VERIFY_FAILED:
            throw AMQPFailure.tls(seen, Self.lastReason, address, tls)
        default:
            // The library does not say why there is no way there: who tries himself sees it.
            let tried = try TCPSocket.connect(targets, address, until: deadline, gate: gate)
            close(tried.descriptor)
            throw AMQPFailure.library(status, functions, "connecting to \(address)")
        }
    }

    private func check(_ status: Int32, _ option: String, _ path: PathValue) throws(IntegrationError) {
        guard status != 0 else { return }
        let reason =
            access(path.resolved, R_OK) == 0
            ? Self.lastReason ?? "it is not in PEM form, or `tls.key` is not its key" : String(cString: strerror(errno))
        throw IntegrationError(
            .tlsFailed, "`\(option)` names \(path.resolved), which can't be used", causes: [reason],
            remedy: "Give the file in PEM form, readable by the engine.")
    }

    private static var lastReason: String? { crabbitmq_last_tls_reason().map { String(cString: $0) } }
    private var noMemory: IntegrationError { IntegrationError(.connectionRefused, "there is no memory for a socket") }

    /// Tells the broker who we are.
    ///
    /// - Parameter deadline: on the machine's monotonic clock.
    func login(until deadline: Duration) throws(IntegrationError) {
        var timeout = timeval(max(.milliseconds(1), deadline - SystemClock().now))
        _ = functions.pointee.amqp_set_handshake_timeout(state, &timeout)
        _ = functions.pointee.amqp_set_rpc_timeout(state, &timeout)
        scratch.reset()
        var properties = scratch.table([
            "connection_name": .string(options.name), "product": .string("integration"),
            "capabilities": .table([
                "publisher_confirms": .bool(true), "basic.nack": .bool(true), "connection.blocked": .bool(true),
                "consumer_cancel_notify": .bool(true), "authentication_failure_close": .bool(true),
            ]),
        ])
        let seconds = Int32(clamping: max(1, options.heartbeat.components.seconds))
        let reply = crabbitmq_login(
            state, options.virtualHost, seconds, &properties, options.user, options.password?.reveal())
        guard reply.reply_type != AMQP_RESPONSE_NORMAL else { return try takeOver() }
        let stage = AMQPFailure.Stage.login(user: options.user, virtualHost: options.virtualHost)
        let error = loginError(reply, stage)
        // Who demands our certificate ends the connection only now (TLS 1.3), and not always with a reason.
        guard let tls = options.tls, error.code == .connectionCut, let seen = handshake else { throw error }
        let reason = Self.lastReason ?? (seen.is_asked == 1 ? "certificate required" : nil)
        guard let reason else { throw error }
        throw AMQPFailure.tls(seen, reason, address, tls)
    }

    /// From now on the signs of life are ours: the library would write its own into the middle of our frames, and wait
    /// where there is no room.
    private func takeOver() throws(IntegrationError) {
        heartbeat = .seconds(Int(functions.pointee.amqp_get_heartbeat(state)))
        let status = functions.pointee.amqp_tune_connection(
            state, functions.pointee.amqp_get_channel_max(state), functions.pointee.amqp_get_frame_max(state), 0)
        guard status == 0 else { throw noMemory }
        isOpen = true
        lastSign = SystemClock().now
        lastHeard = lastSign
    }

    /// Such as `RabbitMQ 3.10.8`.
    var broker: String {
        guard let table = functions.pointee.amqp_get_server_properties(state) else { return "an AMQP broker" }
        let properties = AMQPTable(table.pointee)
        return ["product", "version"].compactMap { name in
            if case .string(let text)? = properties[name] { text } else { nil }
        }.joined(separator: " ")
    }

    // MARK: End

    /// Takes leave of the broker, for a second at most.
    func close() {
        guard !isOver, isOpen else { return destroy() }
        scratch.reset()
        var method = amqp_connection_close_t()
        method.reply_code = UInt16(AMQP_REPLY_SUCCESS)
        do throws(AMQPFault) {
            try call(
                0, AMQP_CONNECTION_CLOSE_METHOD, method, answer: AMQP_CONNECTION_CLOSE_OK_METHOD, .other("closing"),
                within: .seconds(1))
        } catch {
            // It ends one way or the other.
        }
        destroy()
    }

    /// Drops the connection.
    func destroy() {
        guard !isOver else { return }
        isOver = true
        gate.forget()
        _ = functions.pointee.amqp_destroy_connection(state)
    }

    private func close(_ descriptor: Int32) { Glibc.close(descriptor) }
}

extension timeval {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    }
}
