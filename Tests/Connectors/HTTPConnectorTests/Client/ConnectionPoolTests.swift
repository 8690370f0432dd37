import ConnectorTestSupport
import HTTPTransport
import IntegrationCore
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

/// HTTP/1.1 as RFC 9112 has it: which connections carry another exchange, and which do not.
@Suite("Connections of the HTTP client")
struct ConnectionPoolTests {
    private static let ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"

    private func options(
        connections: Int = 50, idle: Duration = .seconds(60), connect: Duration = .seconds(10),
        timeout: Duration = .seconds(10)
    ) -> HTTPTransportOptions {
        HTTPTransportOptions(
            http2: false, maximumConnections: connections, idleTimeout: idle, connectTimeout: connect,
            timeout: timeout)
    }

    private func request(
        _ server: CannedServer, _ path: String = "/", method: String = "GET", body: ByteBuffer? = nil
    ) throws -> HTTPRequest {
        HTTPRequest(method, try HTTPAddress(server.url + path), body: body)
    }

    @Test("A connection is kept for the next request; many at once share as many as are allowed")
    func shares() async throws {
        try await CannedServer.with({ _, _ in .late(Self.ok, .milliseconds(5)) }) { server throws in
            try await HTTPTransport(options(connections: 4)).withPool { pool throws in
                let asked = try request(server)
                for _ in 0..<5 { #expect(try await pool.send(asked).status == 200) }
                #expect(server.opened <= 2)  // One for each loop at most.
                let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<100 { group.addTask { try await pool.send(asked).status } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(statuses == Array(repeating: 200, count: 100))
                #expect((2...4).contains(server.opened))
                #expect(server.closed == 0)
            }
            // The pool closes with its last user.
            while server.closed < server.opened { try await Task.sleep(for: .milliseconds(5)) }
        }
    }

    @Test("Answers without a body, in chunks, and behind hints: the connection carries the next request")
    func framings() async throws {
        let answers = [
            "HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nx-last: 1\r\n\r\n",
            "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" + Self.ok, Self.ok,
        ]
        try await CannedServer.with({ number, _ in .bytes(answers[number]) }) { server throws in
            try await HTTPTransport(options(connections: 1)).withPool { pool throws in
                var bodies: [String] = []
                for _ in answers { bodies.append(String(buffer: try await pool.send(request(server)).body)) }
                #expect(bodies == ["", "", "abcde", "ok", "ok"])
            }
            #expect(server.opened == 1)
        }
        try await CannedServer.with({ number, _ in
            .bytes(number == 0 ? "HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n" : Self.ok)
        }) { server throws in
            try await HTTPTransport(options(connections: 1)).withPool { pool throws in
                let head = try await pool.send(request(server, method: "HEAD"))
                #expect(head.body.readableBytes == 0)
                #expect(try await pool.send(request(server)).status == 200)
            }
            #expect(server.opened == 1)
        }
    }

    @Test(
        "A connection that the server gives up, and one whose state is in doubt, carries nothing more",
        arguments: [
            "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok",
            "HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok",
            // Somebody else's answer behind ours (RFC 9112, 9.3.1 and 11.2).
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged",
            "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n",
        ])
    func notAgain(_ first: String) async throws {
        try await CannedServer.with({ number, _ in number == 0 ? .bytes(first) : CannedServer.ok }) { server throws in
            try await HTTPTransport(options(connections: 1)).withPool { pool throws in
                for _ in 0..<3 {
                    let body = String(buffer: try await pool.send(request(server)).body)
                    #expect(body == (first.contains(" 101 ") ? "" : "ok"))
                }
            }
            #expect(server.opened == 3)
            #expect(server.requests.count == 3)
        }
    }

    @Test("A body that ends with its connection")
    func untilTheEnd() async throws {
        try await CannedServer.with({ _, _ in .last("HTTP/1.1 200 OK\r\n\r\nall of it") }) { server throws in
            let answer = try await HTTPTransport(options()).withPool { try await $0.send(request(server)) }
            #expect(String(buffer: answer.body) == "all of it")
        }
    }

    @Test("An answer that comes before all of the request is written: what is left of it begins no other request")
    func early() async throws {
        let refusal = "HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\n\r\n"
        try await CannedServer.with({ _, line in line.hasPrefix("POST") ? .bytes(refusal) : CannedServer.ok }) {
            server in
            try await HTTPTransport(options(connections: 1)).withPool { pool throws in
                let body = ByteBuffer(repeating: UInt8(ascii: "x"), count: 32 << 20)
                #expect(try await pool.send(request(server, method: "POST", body: body)).status == 413)
                #expect(try await pool.send(request(server, "/next")).status == 200)
            }
            #expect(server.requests.map(\.line) == ["POST / HTTP/1.1", "GET /next HTTP/1.1"])
        }
    }

    @Test("An idle connection is closed after its time, and one that the server closed costs no request")
    func idle() async throws {
        try await CannedServer.with({ _, _ in CannedServer.ok }) { server throws in
            try await HTTPTransport(options(connections: 1, idle: .milliseconds(100))).withPool { pool throws in
                let first = try await pool.send(request(server))
                #expect(first.status == 200)
                while server.closed == 0 { try await Task.sleep(for: .milliseconds(5)) }
                #expect(try await pool.send(request(server, method: "POST")).status == 200)
            }
            #expect(server.opened == 2)
        }
        let closing = CannedServer.Answer.last(Self.ok)
        try await CannedServer.with({ _, _ in closing }) { server throws in
            try await HTTPTransport(options(connections: 1)).withPool { pool throws in
                for count in 1...20 {
                    // GET: whoever is quicker than the closing may send it twice.
                    #expect(try await pool.send(request(server)).status == 200)
                    while server.closed < count { try await Task.sleep(for: .milliseconds(1)) }
                }
            }
        }
    }

    @Test("All connections busy: who waits too long is told so")
    func busy() async throws {
        try await CannedServer.with({ _, _ in .nothing }) { server throws in
            let transport = HTTPTransport(
                options(connections: 1, connect: .milliseconds(150), timeout: .milliseconds(600)))
            try await transport.withPool { pool throws in
                let asked = try request(server, method: "POST")
                async let first = failure { _ = try await pool.send(asked) }
                while server.requests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
                let second = await failure { _ = try await pool.send(asked) }
                #expect(second?.message.contains("became free within 150ms: all 1 are busy") == true)
                #expect(await first?.message.contains("gave no answer within 600ms") == true)
            }
            #expect(server.opened == 1)
        }
    }

    @Test("Who is cancelled, waiting for an answer or for a connection, is free at once")
    func cancelled() async throws {
        try await CannedServer.with({ number, line in line.contains("slow") ? .nothing : CannedServer.ok }) {
            server throws in
            try await HTTPTransport(options(connections: 1)).withPool { pool throws in
                let slow = try request(server, "/slow", method: "POST")
                let started = ContinuousClock.now
                let codes = await withTaskGroup(of: ErrorCode?.self) { group in
                    for _ in 0..<3 { group.addTask { await failure { _ = try await pool.send(slow) }?.code } }
                    while server.requests.isEmpty { await Task.yield() }
                    group.cancelAll()
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(codes == [.connectionCut, .connectionCut, .connectionCut])
                #expect(try await pool.send(request(server, "/next")).status == 200)
                #expect(ContinuousClock.now - started < .seconds(5))
            }
            // Who waited may have got a connection just before it was cancelled too.
            #expect((2...4).contains(server.requests.count))
            #expect(server.requests.last?.line == "GET /next HTTP/1.1")
        }
    }

    @Test("A server that accepts and does not agree upon TLS")
    func mute() async throws {
        try await CannedServer.with({ _, _ in .nothing }) { server throws in
            let error = await failure {
                _ = try await Exchange.get(server.secureURL, options(connect: .milliseconds(200)))
            }
            #expect(error?.code == .connectTimedOut)
            #expect(error?.message.contains("did not agree upon TLS within 200ms") == true)
        }
    }

    @Test("What no header and no method may hold is not sent")
    func injections() async throws {
        try await CannedServer.with({ _, _ in CannedServer.ok }) { server throws in
            for (name, value) in [("x-a", "1\r\nx-b: 2"), ("x a", "1"), ("x-a", "\u{0}"), ("", "1")] {
                let error = await failure {
                    _ = try await Exchange.get(server.url, options()) { $0.headers.add(name: name, value: value) }
                }
                #expect(error?.code == .httpRequestInvalid)
            }
            let method = await failure { _ = try await Exchange.get(server.url, options(), method: "GET / X") }
            #expect(method?.code == .httpRequestInvalid)
            #expect(server.requests.isEmpty)
        }
    }
}
