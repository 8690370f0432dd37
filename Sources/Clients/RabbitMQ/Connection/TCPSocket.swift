internal import Glibc
internal import IntegrationCore

/// Finds a host and connects to it: blocking, but an end can be put to it through a gate.
enum TCPSocket {
    /// One of a host's addresses, with words for people.
    struct Target {
        let family: Int32
        let address: [UInt8]
        let text: String
    }

    /// The addresses of a host.
    ///
    /// - Throws: `hostUnknown`.
    static func resolve(_ address: AMQPOptions.Address) throws(IntegrationError) -> [Target] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(address.host, "\(address.port)", &hints, &list)
        guard code == 0 else {
            throw IntegrationError(
                .hostUnknown, "`\(address.host)` can't be resolved", causes: [String(cString: gai_strerror(code))])
        }
        defer { freeaddrinfo(list) }
        var found: [Target] = []
        var next = list
        while let entry = next?.pointee {
            next = entry.ai_next
            guard let start = entry.ai_addr else { continue }
            let bytes = Array(UnsafeRawBufferPointer(start: start, count: Int(entry.ai_addrlen)))
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            getnameinfo(start, entry.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
            found.append(
                Target(
                    family: entry.ai_family, address: bytes,
                    text: String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)))
        }
        return found
    }

    /// Connects to the first address that accepts; the descriptor does not block.
    ///
    /// - Parameter deadline: on the machine's monotonic clock.
    /// - Throws: `connectionRefused`, `connectTimedOut`.
    static func connect(
        _ targets: [Target], _ address: AMQPOptions.Address, until deadline: Duration, gate: SocketGate
    ) throws(IntegrationError) -> (descriptor: Int32, target: Target) {
        var last = IntegrationError(.connectionRefused, "`\(address.host)` has no address")
        for target in targets {
            switch connect(target, until: deadline, gate) {
            case .success(let descriptor): return (descriptor, target)
            case .failure(let failure):
                let isLate = failure.code == ETIMEDOUT
                last = IntegrationError(
                    isLate ? .connectTimedOut : .connectionRefused,
                    isLate ? "nothing answered at \(address) in time" : "no connection to \(address) (\(target.text))",
                    causes: [String(cString: strerror(failure.code))])
            }
        }
        throw last
    }

    private struct SystemFailure: Error { let code: Int32 }

    private static func connect(
        _ target: Target, until deadline: Duration, _ gate: SocketGate
    ) -> Result<Int32, SystemFailure> {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(target.family, type, 0)
        guard descriptor >= 0 else { return .failure(SystemFailure(code: errno)) }
        var code = connect(descriptor, target)
        if code == EINPROGRESS {
            code = gate.open(descriptor) ? wait(descriptor, until: deadline) : ECANCELED
            gate.forget()
        }
        guard code == 0 else {
            close(descriptor)
            return .failure(SystemFailure(code: code))
        }
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, socklen_t(MemoryLayout<Int32>.size))
        return .success(descriptor)
    }

    private static func connect(_ descriptor: Int32, _ target: Target) -> Int32 {
        target.address.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return EINVAL }
            return Glibc.connect(descriptor, start, socklen_t(bytes.count)) == 0 ? 0 : errno
        }
    }

    /// The outcome of connecting, as an error number.
    private static func wait(_ descriptor: Int32, until deadline: Duration) -> Int32 {
        while true {
            var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            let rest = (deadline - SystemClock().now).milliseconds
            guard rest > 0 else { return ETIMEDOUT }
            let ready = Glibc.poll(&poll, 1, Int32(clamping: rest))
            if ready < 0, errno != EINTR { return errno }
            guard ready > 0 else { continue }
            var code: Int32 = 0
            var size = socklen_t(MemoryLayout<Int32>.size)
            getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
            // Cut off by the gate it has no error, and no other end either.
            return code == 0 && poll.revents & Int16(POLLHUP) != 0 ? ECANCELED : code
        }
    }
}
