import Glibc
import NIOPosix

/// A client that sends bytes as they are and shows bytes as they come: what no proper client would do.
struct RawClient {
    let port: Int

    /// Blocking calls have threads of their own, as many as there are clients at a time.
    static let pool: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: 32)
        pool.start()
        return pool
    }()

    /// What came back.
    struct Answer: Sendable, Equatable {
        var text = ""
        /// Whether the server closed the connection.
        var isClosed = false

        var statuses: [Int] {
            text.split(separator: "HTTP/1.1 ", omittingEmptySubsequences: false).dropFirst()
                .compactMap { Int($0.prefix(3)) }
        }
        var status: Int? { statuses.last }
        /// What stands behind the last head.
        var body: String { text.ranges(of: "\r\n\r\n").last.map { String(text[$0.upperBound...]) } ?? "" }

        func header(_ name: String) -> String? {
            for line in text.split(separator: "\r\n") {
                let pair = line.split(separator: ":", maxSplits: 1)
                if pair.count == 2, pair[0].lowercased() == name.lowercased() {
                    return pair[1].drop { $0 == " " }.description
                }
            }
            return nil
        }
    }

    /// Sends pieces, each by itself, and reads until the server closes or has sent `count` answers, at most `seconds`.
    func send(_ pieces: [String], answers count: Int = 1, seconds: Int = 5) async throws -> Answer {
        try await send(pieces.map { Array($0.utf8) }, answers: count, seconds: seconds)
    }

    /// Sends pieces, and behind them the same piece again and again while the server takes it.
    func send(_ pieces: [String], followedBy piece: String, times: Int) async throws -> Answer {
        let last = Array(piece.utf8)
        return try await send(pieces.map { Array($0.utf8) }, followedBy: last, times: times)
    }

    func send(
        _ pieces: [[UInt8]], followedBy last: [UInt8] = [], times: Int = 0, answers count: Int = 1, seconds: Int = 5
    ) async throws -> Answer {
        let port = port
        return try await RawClient.pool.runIfActive {
            let descriptor = Self.connect(port)
            defer { close(descriptor) }
            var time = timeval(tv_sec: seconds, tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
            var one: Int32 = 1
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
            for piece in pieces { Self.write(piece, to: descriptor) }
            for _ in 0..<times where !Self.write(last, to: descriptor) { break }
            return Self.read(descriptor, answers: count)
        }
    }

    /// Whether anybody listens.
    static func isAccepted(_ port: Int) -> Bool {
        let (descriptor, isOpen) = attempt(port)
        close(descriptor)
        return isOpen
    }

    /// Connects; the descriptor is the caller's to close.
    static func connect(_ port: Int) -> Int32 {
        let (descriptor, isOpen) = attempt(port)
        precondition(isOpen, "nothing listens on port \(port)")
        return descriptor
    }

    private static func attempt(_ port: Int) -> (descriptor: Int32, isOpen: Bool) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let outcome = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return (descriptor, outcome == 0)
    }

    /// Stops where the server wants no more; says whether it took everything.
    @discardableResult
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private static func read(_ descriptor: Int32, answers count: Int) -> Answer {
        var answer = Answer()
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while !isWhole(bytes, count) {
            let got = recv(descriptor, &part, part.count, 0)
            guard got > 0 else {
                answer.isClosed = got == 0
                break
            }
            bytes += part[..<got]
        }
        answer.text = String(decoding: bytes, as: UTF8.self)
        return answer
    }

    /// Whether `count` answers with `Content-Length` are there; an interim one (1xx) and 204 have no body.
    private static func isWhole(_ bytes: [UInt8], _ count: Int) -> Bool {
        var rest = String(decoding: bytes, as: UTF8.self)[...]
        for _ in 0..<count {
            guard let end = rest.range(of: "\r\n\r\n") else { return false }
            let head = rest[..<end.lowerBound].lowercased()
            var length = 0
            if let place = head.range(of: "content-length: ") {
                length = Int(head[place.upperBound...].prefix { $0.isNumber }) ?? 0
            }
            rest = rest[end.upperBound...]
            if head.hasPrefix("http/1.1 1") { return false }
            guard rest.utf8.count >= length else { return false }
            rest = rest[rest.utf8.index(rest.startIndex, offsetBy: length)...]
        }
        return true
    }

    /// A port that nobody uses now.
    static func freePort() -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(descriptor, $0, length)
                _ = getsockname(descriptor, $0, &length)
            }
        }
        return Int(in_port_t(bigEndian: address.sin_port))
    }
}

extension StringProtocol {
    fileprivate func range(of text: String) -> Range<Index>? {
        guard let first = text.first else { return nil }
        var start = startIndex
        while let place = self[start...].firstIndex(of: first) {
            if self[place...].hasPrefix(text) { return place..<index(place, offsetBy: text.count) }
            start = index(after: place)
        }
        return nil
    }

    fileprivate func ranges(of text: String) -> [Range<Index>] {
        var found: [Range<Index>] = []
        var start = startIndex
        while let range = self[start...].range(of: text) {
            found.append(range)
            start = range.upperBound
        }
        return found
    }
}
