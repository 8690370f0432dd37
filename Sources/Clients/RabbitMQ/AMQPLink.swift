internal import CRabbitMQ
internal import Glibc
internal import IntegrationCore

/// One connection to a broker, as the thread sees it that it belongs to.
///
/// The library is not safe for threads: everything but `gate` is used on one thread. What it hands out lives in its
/// pools until `amqp_maybe_release_buffers`, so events copy what they keep. The end goes in this order: the broker is told
/// (`amqp_connection_close`), the gate forgets the descriptor, and `amqp_destroy_connection` frees buffers, channels,
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
    /// Messages that are coming in, by channel.
    var contents: [UInt16: AMQPContent] = [:]
    private(set) var isOver = false

    /// Opens a connection to the first address that lets us in.
    ///
    /// - Throws: why the last one did not.
    static func open(_ options: AMQPOptions, gate: SocketGate) throws(IntegrationError) -> AMQPLink {
        var last = IntegrationError(.cannotBuild, "the connector names no address")
        for address in options.addresses {
            guard !gate.isClosed else { break }
            do throws(IntegrationError) {
                let link = try AMQPLink(options, address, gate)
                try link.connect()
                try link.login()
                return link
            } catch {
                last = error
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

    var descriptor: Int32 { functions.pointee.amqp_get_sockfd(state) }

    /// Bytes that a frame holds at most.
    var frameSize: Int { Int(functions.pointee.amqp_get_frame_max(state)) }

    // MARK: Beginning

    /// The way to the broker, TLS with it.
    func connect() throws(IntegrationError) {
        let deadline = SystemClock().now + options.connectTimeout
        let targets = try TCPSocket.resolve(address)
        if let tls = options.tls {
            try connect(tls, targets)
        } else {
            guard let socket = functions.pointee.amqp_tcp_socket_new(state) else { throw noMemory }
            let (descriptor, _) = try TCPSocket.connect(targets, address, until: deadline, gate: gate)
            functions.pointee.amqp_tcp_socket_set_sockfd(socket, descriptor)
        }
        guard gate.open(descriptor) else { throw IntegrationError(.connectionCut, "the connection was given up") }
    }

    private func connect(_ tls: TLSConfiguration, _ targets: [TCPSocket.Target]) throws(IntegrationError) {
        guard let socket = functions.pointee.amqp_ssl_socket_new(state) else { throw noMemory }
        if let ca = tls.ca {
            try check(functions.pointee.amqp_ssl_socket_set_cacert(socket, ca.resolved), "tls.ca", ca)
        }
        if let cert = tls.cert, let key = tls.key {
            try check(functions.pointee.amqp_ssl_socket_set_key(socket, cert.resolved, key.resolved), "tls.cert", cert)
        }
        var seen = crabbitmq_handshake()
        var timeout = timeval(options.connectTimeout)
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
        case AMQP_STATUS_OK: return
        case AMQP_STATUS_TIMEOUT:
            throw IntegrationError(.connectTimedOut, "there was no TLS with \(address) in time")
        case AMQP_STATUS_SSL_ERROR, AMQP_STATUS_SSL_CONNECTION_FAILED, AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED,
            AMQP_STATUS_SSL_PEER_VERIFY_FAILED:
            throw AMQPFailure.tls(seen, Self.lastReason, address, tls)
        default:
            // The library does not say why there is no way there: who tries himself sees it.
            let tried = try TCPSocket.connect(
                targets, address, until: SystemClock().now + options.connectTimeout, gate: gate)
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
    func login() throws(IntegrationError) {
        var timeout = timeval(options.timeout)
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
        guard reply.reply_type != AMQP_RESPONSE_NORMAL else { return }
        let stage = AMQPFailure.Stage.login(user: options.user, virtualHost: options.virtualHost)
        let fault = fault(reply, 0, stage)
        // Who demands our certificate ends the connection only now (TLS 1.3), and not always with a reason.
        guard let tls = options.tls, fault.error.code == .connectionCut, let seen = handshake else { throw fault.error }
        let reason = Self.lastReason ?? (seen.is_asked == 1 ? "certificate required" : nil)
        guard let reason else { throw fault.error }
        throw AMQPFailure.tls(seen, reason, address, tls)
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
        guard !isOver else { return }
        var timeout = timeval(.seconds(1))
        _ = functions.pointee.amqp_set_rpc_timeout(state, &timeout)
        _ = functions.pointee.amqp_connection_close(state, AMQP_REPLY_SUCCESS)
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
