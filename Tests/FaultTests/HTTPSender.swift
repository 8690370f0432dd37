import Glibc

/// Sends orders as a program does that must not lose any: again and again under the same key until it is told 202.
struct HTTPSender: Sendable {
    let port: Int

    /// Sends orders at the same time, each over a connection of its own; nil for those that got no answer.
    func send(_ orders: [(body: String, key: String)]) -> [Int?] {
        let connections = orders.map { order -> Int32? in
            guard let connection = connect() else { return nil }
            let request =
                "POST /orders HTTP/1.1\r\nHost: sender\r\nIdempotency-Key: \(order.key)\r\n"
                + "Content-Length: \(order.body.utf8.count)\r\nConnection: close\r\n\r\n\(order.body)"
            Self.write(Array(request.utf8), to: connection)
            return connection
        }
        return connections.map { connection in
            guard let connection else { return nil }
            defer { close(connection) }
            return Self.status(from: connection)
        }
    }

    private static func write(_ bytes: [UInt8], to connection: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private static func status(from connection: Int32) -> Int? {
        var answer: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        while answer.count < 12 {
            let count = recv(connection, &part, part.count, 0)
            guard count > 0 else { return nil }
            answer += part[..<count]
        }
        return Int(String(decoding: answer[9..<12], as: UTF8.self))
    }

    /// Nil where nobody listens.
    private func connect() -> Int32? {
        let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var time = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        var address = Self.loopback
        address.sin_port = in_port_t(port).bigEndian
        let outcome = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if outcome == 0 { return connection }
        close(connection)
        return nil
    }

    private static var loopback: sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        return address
    }

    /// A port that nobody uses now.
    static func freePort() -> Int {
        let probe = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(probe) }
        var address = loopback
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(probe, $0, length)
                _ = getsockname(probe, $0, &length)
            }
        }
        return Int(in_port_t(bigEndian: address.sin_port))
    }
}
