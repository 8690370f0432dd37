import Glibc
import IntegrationCore
import Logging
import Testing

@testable import IntegrationServer

@Suite("Serving the socket", .timeLimit(.minutes(1))) struct ListeningTests {
    private let path: String

    init() throws {
        var template = Array("/tmp/integration-server-XXXXXX".utf8CString)
        path = try #require(mkdtemp(&template).map { String(cString: $0) }) + "/a.sock"
    }

    /// Serves the API for the length of `body`, which runs on a thread of its own because it blocks.
    private func serving(_ body: @escaping @Sendable (String) throws -> Void) async throws {
        let services = AdminServices(
            about: EngineInformation(name: "test", version: "1", process: 1, storage: nil, started: .zero))
        let server = SocketServer(
            try SocketFile(path), services: services, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            group.addTask { [path] in
                try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                    Thread.run { continuation.resume(with: Result { try body(path) }) }
                }
            }
            // Whichever ends first: the server runs until it is cancelled.
            try await group.next()
            group.cancelAll()
        }
    }

    @Test("Requests are answered one after another on one connection, also when they come at once")
    func keepAlive() async throws {
        try await serving { path in
            let connection = try Connected(path)
            let request = "GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n"
            try connection.send(request + request)
            for _ in 0..<2 {
                let answer = try connection.answer()
                #expect(answer.head.hasPrefix("HTTP/1.1 200 OK\r\n"))
                #expect(answer.head.contains("Content-Type: application/json"))
                #expect(answer.body.hasPrefix(#"{"name":"test","version":"1","pid":1,"#))
            }
            try connection.send("GET /v1/nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(try connection.answer().head.hasPrefix("HTTP/1.1 404 "))
            #expect(connection.isAtEnd)
        }
    }

    @Test("A body that is too large is refused, and the connection is closed")
    func largeBody() async throws {
        try await serving { path in
            let connection = try Connected(path)
            let size = SocketServer.largestBody + 1
            try connection.send("POST /v1/flows/f/messages HTTP/1.1\r\nHost: x\r\nContent-Length: \(size)\r\n\r\n")
            connection.fill(size)
            let answer = try connection.answer()
            #expect(answer.head.hasPrefix("HTTP/1.1 413 "), "\(answer.head)")
            #expect(answer.body.contains(#""code":"IE4605""#))
        }
    }

    @Test(
        "What is no HTTP is refused, and the next connection is served all the same",
        arguments: [
            "no http at all\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /v1/status HTTP/1.1\r\nbroken header\r\n\r\n",
            "GET /\u{0} HTTP/1.1\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        ])
    func noHTTP(_ text: String) async throws {
        try await serving { path in
            let broken = try Connected(path)
            try broken.send(text)
            #expect(try broken.answer().head.hasPrefix("HTTP/1.1 400 "))
            let good = try Connected(path)
            try good.send("GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try good.answer().head.hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test("A connection that is cut in the middle of a request hurts nobody")
    func cut() async throws {
        try await serving { path in
            for part in [
                "GET /v1/sta", "POST /v1/flows/f/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc",
            ] {
                try Connected(path).send(part)
            }
            let good = try Connected(path)
            try good.send("GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try good.answer().head.hasPrefix("HTTP/1.1 200 "))
        }
    }
}

/// A thread for what blocks.
private enum Thread {
    static func run(_ body: @escaping @Sendable () -> Void) {
        final class Box: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var thread = pthread_t()
        let box = Unmanaged.passRetained(Box(body))
        let code = pthread_create(
            &thread, nil,
            { context in
                context.map { Unmanaged<Box>.fromOpaque($0).takeRetainedValue().body() }
                return nil
            }, box.toOpaque())
        precondition(code == 0, "no thread could be made")
        pthread_detach(thread)
    }
}

/// A connection to a Unix socket; gives up after ten seconds.
private final class Connected {
    private let descriptor: Int32
    private var received: [UInt8] = []

    init(_ path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        try #require(SocketFile.withAddress(path) { connect(descriptor, $0, $1) } == 0)
    }

    deinit { close(descriptor) }

    func send(_ text: String) throws {
        let bytes = Array(text.utf8)
        try #require(Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count)
    }

    /// Sends so many bytes, or as many as are taken.
    func fill(_ count: Int) {
        let bytes = [UInt8](repeating: 0x20, count: 1 << 20)
        var rest = count
        while rest > 0, case let sent = Glibc.send(descriptor, bytes, min(rest, bytes.count), Int32(MSG_NOSIGNAL)),
            sent > 0
        {
            rest -= sent
        }
    }

    private func receive() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count > 0 { received += buffer[..<count] }
        return count > 0
    }

    var isAtEnd: Bool { received.isEmpty && !receive() }

    /// The next answer, by its `Content-Length`; without one, all up to the end.
    func answer() throws -> (head: String, body: String) {
        let mark = Array("\r\n\r\n".utf8)
        var end: Int?
        repeat {
            end = received.indices.first { received[$0...].starts(with: mark) }
        } while end == nil && receive()
        let headEnd = try #require(end, "there was only: \(String(decoding: received, as: UTF8.self))")
        let head = String(decoding: received[..<headEnd], as: UTF8.self)
        let line = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
        let length = line.flatMap { Int($0.split(separator: " ").last ?? "") } ?? 0
        while received.count < headEnd + 4 + length, receive() {}
        let body = received[(headEnd + 4)...].prefix(length)
        received.removeFirst(headEnd + 4 + body.count)
        return (head + "\r\n", String(decoding: body, as: UTF8.self))
    }
}
