internal import Glibc
internal import IntegrationCore
internal import IntegrationServer

/// A running engine, asked over its Unix socket: HTTP/1.1, one connection a request (RFC 9112).
struct SocketLink: EngineLink {
    let path: String
    /// How the path was found, for messages.
    let origin: String
    /// Whether somebody named the socket itself.
    var isNamed = false

    /// Whether somebody serves the socket.
    var isServed: Bool {
        let descriptor = connected()
        if descriptor >= 0 { close(descriptor) }
        return descriptor >= 0
    }

    func answer(_ request: AdminRequest) async throws(IntegrationError) -> AdminAnswer {
        guard path.utf8.count <= SocketPlace.longest else {
            throw IntegrationError(.engineUnreachable, "\(path) is longer than \(SocketPlace.longest) bytes")
        }
        let descriptor = connected()
        guard descriptor >= 0 else { throw unreachable(errno) }
        defer { close(descriptor) }
        let head =
            "\(request.method) \(request.target) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            + "Content-Length: \(request.body.count)\r\n\r\n"
        try write(Array(head.utf8) + request.body, to: descriptor)
        return try HTTPReply(try read(from: descriptor)).answer()
    }

    /// - Returns: a descriptor; -1, with `errno`, where nobody answers.
    private func connected() -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return -1 }
        if SocketFile.withAddress(path, { connect(descriptor, $0, $1) }) == 0 { return descriptor }
        let code = errno
        close(descriptor)
        errno = code
        return -1
    }

    private func unreachable(_ code: Int32) -> IntegrationError {
        let reason =
            switch code {
            case ENOENT: "there is no socket at \(path)"
            case ECONNREFUSED: "nobody serves \(path); its engine has ended"
            default: "\(path): \(String(cString: strerror(code)))"
            }
        return IntegrationError(.engineUnreachable, "\(reason) (\(origin))")
    }

    private func write(_ bytes: [UInt8], to descriptor: Int32) throws(IntegrationError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0, errno == EINTR { continue }
            // The engine may refuse a body before it has read all of it; its answer is there then.
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private func read(from descriptor: Int32) throws(IntegrationError) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw IntegrationError(.engineUnreachable, "\(path): \(String(cString: strerror(errno)))")
            }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }
}
