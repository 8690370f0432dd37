import Glibc
import IntegrationCore
import IntegrationTesting
import NIOCore
import NIOPosix
import Testing

@testable import HTTPConnector

@Suite("What the HTTP source refuses", .timeLimit(.minutes(2)))
struct ServerHostileTests {
    /// Requests that two readers could take for different ones, or that hold what no header may.
    static let smuggled: [(String, String)] = [
        (
            "length and coding",
            "POST /orders HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        ),
        (
            "coding and length",
            "POST /orders HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"
        ),
        ("two lengths", "POST /orders HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
        (
            "the same length twice",
            "POST /orders HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}"
        ),
        ("a list of lengths", "POST /orders HTTP/1.1\r\nHost: a\r\nContent-Length: 2, 2\r\n\r\n{}"),
        ("a signed length", "POST /orders HTTP/1.1\r\nHost: a\r\nContent-Length: +2\r\n\r\n{}"),
        ("a negative length", "POST /orders HTTP/1.1\r\nHost: a\r\nContent-Length: -2\r\n\r\n{}"),
        (
            "a length beyond 64 bits",
            "POST /orders HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n{}"
        ),
        (
            "two codings",
            "POST /orders HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        ),
        ("a hidden coding", "POST /orders HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
        ("a list of codings", "POST /orders HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        ("a coding in HTTP/1.0", "POST /orders HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ("a blank before the colon", "POST /orders HTTP/1.1\r\nHost: a\r\nContent-Length : 2\r\n\r\n{}"),
        ("a folded header", "POST /orders HTTP/1.1\r\nHost: a\r\nX-A: 1\r\n 2\r\nContent-Length: 2\r\n\r\n{}"),
        ("a folded coding", "POST /orders HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n"),
        ("a bare line feed", "POST /orders HTTP/1.1\r\nHost: a\nContent-Length: 2\r\n\r\n{}"),
        ("a bare carriage return", "POST /orders HTTP/1.1\r\nHost: a\r\nX-A: 1\rContent-Length: 2\r\n\r\n{}"),
        ("a zero byte in a value", "POST /orders HTTP/1.1\r\nHost: a\r\nX-A: 1\u{0}2\r\nContent-Length: 2\r\n\r\n{}"),
        ("a zero byte in a name", "POST /orders HTTP/1.1\r\nHost: a\r\nX\u{0}A: 1\r\nContent-Length: 2\r\n\r\n{}"),
        ("a zero byte in the target", "POST /orders\u{0} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"),
        ("no host", "POST /orders HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"),
        ("two hosts", "POST /orders HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 2\r\n\r\n{}"),
        (
            "a chunk without its line end",
            "POST /orders HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nAB\r\n0\r\n\r\n"
        ),
        (
            "a chunk size that is none",
            "POST /orders HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n"
        ),
        ("another protocol", "SSH-2.0-OpenSSH_9.0\r\n\r\n"),
        ("HTTP/0.9", "GET /orders\r\n\r\n"),
        ("HTTP/2 by force", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ("a version that is none", "POST /orders HTTP/1.9\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"),
    ]

    @Test(
        "What could be taken for two requests is refused, its connection closed, and nothing comes of it",
        arguments: smuggled)
    func smuggling(_ name: String, _ text: String) async throws {
        let out = RecordingDestination()
        var server = ServerUnderTest()
        server.destination = out
        let second = post(#"{"smuggled":true}"#)
        let answer = try await server.run { client, _ in try await client.send([text + second], answers: 3) }
        #expect([400, 431, 501, 505].contains(answer.status), "\(name): \(answer.text)")
        #expect(answer.statuses.count == 1, "\(name): \(answer.text)")
        #expect(answer.isClosed, "\(name): the connection stayed open")
        #expect(out.records.isEmpty, "\(name): \(out.bodies)")
    }

    @Test(
        "A target that leads elsewhere is refused",
        arguments: [
            "/orders/../admin", "/orders/%2e%2e/admin", "/orders/./x", "/orders/%00", "/orders/%0d%0aSet-Cookie:x",
            "/orders/%zz", "/orders/%c3%28", "/orders#x", "http://other/orders", "*", "//orders\\x",
        ])
    func targets(_ target: String) async throws {
        let out = RecordingDestination()
        var server = ServerUnderTest()
        server.path = "/orders/*"
        server.destination = out
        let answer = try await server.run { client, _ in try await client.send([post("{}", to: target)]) }
        #expect(answer.status == 400 || answer.status == 404, "\(answer.text)")
        #expect(out.records.isEmpty)
    }

    @Test("Headers that are too many or too large are 431, and nothing is kept of them")
    func headers() async throws {
        let server = ServerUnderTest()
        try await server.run { client, _ async throws in
            let many = (0..<10_000).map { "X-\($0): 1" }
            let first = try await client.send([post("{}", many)], answers: 2)
            #expect(first.status == 431)
            #expect(first.isClosed)
            let large = try await client.send([post("{}", ["X: " + String(repeating: "x", count: 40 << 10)])])
            #expect(large.status == 431)
            let target = try await client.send([post("{}", to: "/orders?" + String(repeating: "x", count: 40 << 10))])
            #expect(target.status == 431)
            #expect(try await client.send([post("{}")]).status == 200)
        }
    }

    @Test("A body that is announced too large is refused before it comes, one that grows too large while it comes")
    func bodies() async throws {
        let server = ServerUnderTest()
        try await server.run { client, _ async throws in
            let announced = try await client.send([
                "POST /orders HTTP/1.1\r\nHost: a\r\nContent-Length: 1073741824\r\n\r\n"
            ])
            #expect(announced.status == 413)
            #expect(announced.header("Connection") == "close")
            let before = Self.memory
            // The server is done after the first MiB; what is sent behind it is thrown away and then cut off.
            let chunk = "100000\r\n" + String(repeating: "x", count: 1 << 20) + "\r\n"
            let head = "POST /orders HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            let streamed = try await client.send([head], followedBy: chunk, times: 1024)
            #expect(streamed.statuses.first ?? 413 == 413)
            #expect(Self.memory - before < 64 << 20)
            #expect(try await client.send([post("{}")]).status == 200)
        }
    }

    /// Resident bytes of this process.
    static var memory: Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        guard fgets(&line, 128, file) != nil else { return 0 }
        let fields = String(decoding: line.prefix { $0 != 0 }.map { UInt8($0) }, as: UTF8.self).split(separator: " ")
        return (Int(fields[1]) ?? 0) * 4096
    }

    @Test("A thousand connections that never finish a head hold nobody up, and are closed")
    func slowHeads() async throws {
        var server = ServerUnderTest()
        server.change = { $0.timeouts = ConnectionTimer.Limits(head: .milliseconds(500)) }
        let port = server.port
        try await server.run { client, _ async throws in
            let slow = try await RawClient.pool.runIfActive {
                (0..<1000).map { _ in
                    let descriptor = RawClient.connect(port)
                    RawClient.write(Array("POST /orders HTTP/1.1\r\nHost: a\r\nX-".utf8), to: descriptor)
                    return descriptor
                }
            }
            #expect(try await client.send([post("{}")]).status == 200)
            let closed = try await RawClient.pool.runIfActive {
                slow.filter { descriptor in
                    defer { close(descriptor) }
                    var time = timeval(tv_sec: 10, tv_usec: 0)
                    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
                    var byte: UInt8 = 0
                    return recv(descriptor, &byte, 1, 0) == 0
                }.count
            }
            #expect(closed == 1000)
        }
    }

    @Test("A body that does not come is 408; an idle connection is closed without a word")
    func slowBodies() async throws {
        var server = ServerUnderTest()
        server.change = {
            $0.timeouts = ConnectionTimer.Limits(idle: .milliseconds(50), head: .seconds(10), body: .milliseconds(50))
        }
        try await server.run { client, _ async throws in
            let slow = try await client.send(["POST /orders HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{"])
            #expect(slow.status == 408)
            let idle = try await client.send([post("{}")], answers: 2)
            #expect(idle.statuses == [200])
            #expect(idle.isClosed)
        }
    }

    @Test("Connections beyond the limit are closed at once, and the others are served")
    func connections() async throws {
        var server = ServerUnderTest()
        server.change = { $0.maximumConnections = 2 }
        let port = server.port
        try await server.run { client, _ async throws in
            let held = try await RawClient.pool.runIfActive { (0..<2).map { _ in RawClient.connect(port) } }
            let refused = try await client.send([post("{}")])
            #expect(refused.statuses.isEmpty)
            for descriptor in held { close(descriptor) }
            var answer = try await client.send([post("{}")])
            while answer.status == nil { answer = try await client.send([post("{}")]) }
            #expect(answer.status == 200)
        }
    }

    @Test("A reader that takes no replies stops being read")
    func deafClient() async throws {
        var server = ServerUnderTest()
        server.replyBody = .string(String(repeating: "x", count: 32 << 10))
        server.change = { $0.timeouts = ConnectionTimer.Limits(idle: .milliseconds(300)) }
        let port = server.port
        try await server.run { client, _ async throws in
            let before = Self.memory
            let sent = try await RawClient.pool.runIfActive {
                let descriptor = RawClient.connect(port)
                defer { close(descriptor) }
                var time = timeval(tv_sec: 0, tv_usec: 200_000)
                setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
                let request = Array(String(repeating: post("{}"), count: 1000).utf8)
                var sent = 0
                while sent < 10_000 {
                    let count = request.withUnsafeBytes {
                        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                    }
                    guard count == request.count else { break }
                    sent += 1000
                }
                return sent
            }
            // 10,000 replies of 32 KiB would be 320 MiB.
            #expect(sent < 10_000 || Self.memory - before < 96 << 20)
            #expect(Self.memory - before < 96 << 20)
            #expect(try await client.send([post("{}")]).status == 200)
        }
    }
}
