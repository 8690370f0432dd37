import IntegrationCore
import IntegrationTesting
import NIOCore
import Testing

@testable import HTTPConnector

@Suite("How the HTTP source speaks HTTP/1.1", .timeLimit(.minutes(1)))
struct ServerProtocolTests {
    @Test("An unknown path is 404, another method 405 with Allow, OPTIONS says what is allowed")
    func routing() async throws {
        var server = ServerUnderTest()
        server.methods = ["POST", "PUT"]
        var other = ServerUnderTest()
        other.name = "other"
        other.port = server.port
        other.methods = ["GET", "HEAD"]
        try await server.run(with: [other]) { client, _ async throws in
            #expect(try await client.send([post("{}", to: "/nothing")]).status == 404)
            let wrong = try await client.send([get("/orders", method: "DELETE")])
            #expect(wrong.status == 405)
            #expect(wrong.header("Allow") == "GET, HEAD, OPTIONS, POST, PUT")
            let options = try await client.send([get("/orders", method: "OPTIONS")])
            #expect(options.status == 204)
            #expect(options.header("Allow") == "GET, HEAD, OPTIONS, POST, PUT")
            #expect(try await client.send([get("/orders")]).status == 200)
            #expect(try await client.send([post("{}")]).status == 200)
        }
    }

    @Test("Parameters of the path, the query, headers and the trace are known of a message, credentials are not")
    func metadata() async throws {
        var server = ServerUnderTest()
        server.path = "/shops/{shop}/orders/*"
        server.rules.credentials = .bearer(SecretString("top-secret"))
        server.replyBody = .string("{{ $string($meta) }}")
        let answer = try await server.run { client, _ async throws in
            try await client.send([
                post(
                    "{}", to: "/shops/a%20b/orders/1/2?q=x+y&tag=1&tag=2",
                    [
                        "Authorization: Bearer top-secret", "Cookie: session=1", "X-Thing: one", "x-thing: two",
                        "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "tracestate: a=1",
                    ])
            ])
        }
        #expect(answer.status == 200)
        for part in [
            #""method":"POST""#, #""path":"/shops/a%20b/orders/1/2""#, #""shop":"a b""#, #""*":"1/2""#,
            #""q":"x y""#, #""tag":["1","2"]"#, #""x-thing":"one, two""#, #""tracestate":"a=1""#,
            #""traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01""#, #""remote":"127.0.0.1:"#,
        ] {
            #expect(answer.body.contains(part), "\(part) is missing in \(answer.body)")
        }
        #expect(!answer.body.contains("secret") && !answer.body.contains("session"))
    }

    @Test("A trace context that breaks the rules counts as none")
    func brokenTrace() async throws {
        var server = ServerUnderTest()
        server.replyBody = .string("{{ $exists($meta.traceparent) }}")
        let answer = try await server.run { client, _ async throws in
            try await client.send([post("{}", ["traceparent: 00-0-0-01"])])
        }
        #expect(answer.body == "false")
    }

    @Test("Requests that come together are answered one after another, in their order")
    func pipelining() async throws {
        var server = ServerUnderTest()
        server.replyBody = .string("{{ n }}")
        let count = 200
        let answer = try await server.run { client, _ async throws in
            try await client.send([(0..<count).map { post(#"{"n":\#($0)}"#) }.joined()], answers: count)
        }
        #expect(answer.statuses == Array(repeating: 200, count: count))
        let bodies = answer.text.split(separator: "\r\n\r\n").dropFirst().map { $0.prefix { $0.isNumber } }
        #expect(bodies.map { Int($0) } == (0..<count).map(Optional.init))
    }

    @Test("A request may come byte by byte, and its body in chunks")
    func pieces() async throws {
        let out = RecordingDestination()
        var server = ServerUnderTest()
        server.destination = out
        let chunked =
            "POST /orders HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n2;x=y\r\n2]\r\n0\r\nTrailer: 1\r\n\r\n"
        try await server.run { client, _ async throws in
            #expect(try await client.send(post("[1]").utf8.map { [$0] }).status == 200)
            #expect(try await client.send(chunked.utf8.map { [$0] }).status == 200)
        }
        #expect(out.bodies == ["[1]", "[1,2]"])
    }

    @Test("HTTP/1.0 is answered and its connection closed, unless it asks to keep it")
    func oldVersion() async throws {
        let server = ServerUnderTest()
        try await server.run { client, _ async throws in
            let plain = try await client.send(["POST /orders HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}"], answers: 2)
            #expect(plain.statuses == [200])
            #expect(plain.isClosed)
            let kept = try await client.send([
                "POST /orders HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}"
            ])
            #expect(kept.header("Connection") == "keep-alive")
            #expect(!kept.isClosed)
        }
    }

    @Test("Who asks before sending a body is told to go on, or why not")
    func expectation() async throws {
        var server = ServerUnderTest()
        server.rules.maximumBody = 10
        try await server.run { client, _ async throws in
            let head = "POST /orders HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
            let fine = try await client.send([head + "Content-Length: 2\r\n\r\n", "{}"], answers: 2)
            #expect(fine.statuses.first == 100)
            #expect(fine.statuses.last == 200)
            let large = try await client.send([head + "Content-Length: 11\r\n\r\n"], answers: 2)
            #expect(large.statuses == [413])
            #expect(large.isClosed)
            let odd = try await client.send([post("{}", ["Expect: the-unexpected"])], answers: 2)
            #expect(odd.statuses == [417])
        }
    }

    @Test("A HEAD gets the headers of its GET and no body")
    func head() async throws {
        var server = ServerUnderTest()
        server.methods = ["GET", "HEAD"]
        server.replyBody = .string("four")
        let answer = try await server.run { client, _ async throws in
            try await client.send([get("/orders", method: "HEAD", ["Connection: close"])], answers: 2)
        }
        #expect(answer.status == 200)
        #expect(answer.header("Content-Length") == "4")
        #expect(answer.body.isEmpty)
    }

    @Test("A body of another type, or encoded, is 415 with what is accepted")
    func mediaTypes() async throws {
        var server = ServerUnderTest()
        server.rules.contentTypes = ["application/json", "application/*+json"]
        try await server.run { client, _ async throws in
            #expect(
                try await client.send([post("{}", ["Content-Type: application/json; charset=utf-8"])]).status == 200)
            #expect(try await client.send([post("{}", ["Content-Type: application/problem+JSON"])]).status == 200)
            let other = try await client.send([post("{}", ["Content-Type: text/plain"])])
            #expect(other.status == 415)
            #expect(other.header("Accept") == "application/json, application/*+json")
            #expect(try await client.send([post("{}")]).status == 415)
            let packed = try await client.send([
                post("{}", ["Content-Type: application/json", "Content-Encoding: gzip"])
            ])
            #expect(packed.status == 415)
            #expect(packed.header("Accept-Encoding") == "identity")
        }
    }

    @Test("Pages of named origins may send requests, others may not")
    func crossOrigin() async throws {
        var server = ServerUnderTest()
        server.rules.crossOrigin = CrossOrigin(origins: ["https://app.example.com"])
        try await server.run { client, _ async throws in
            let asked = try await client.send([
                get(
                    "/orders", method: "OPTIONS",
                    ["Origin: https://app.example.com", "Access-Control-Request-Method: POST"])
            ])
            #expect(asked.status == 204)
            #expect(asked.header("Access-Control-Allow-Origin") == "https://app.example.com")
            #expect(asked.header("Access-Control-Allow-Methods") == "POST")
            let sent = try await client.send([post("{}", ["Origin: https://app.example.com"])])
            #expect(sent.status == 200)
            #expect(sent.header("Access-Control-Allow-Origin") == "https://app.example.com")
            for method in ["OPTIONS", "POST"] {
                let foreign = try await client.send([
                    get(
                        "/orders", method: method,
                        ["Origin: https://evil.example", "Access-Control-Request-Method: POST", "Content-Length: 0"])
                ])
                #expect(foreign.header("Access-Control-Allow-Origin") == nil)
                #expect(foreign.header("Vary") == "Origin")
            }
        }
    }

    @Test("Two sources that serve the same are refused, naming both; different methods go together")
    func clash() async throws {
        let server = ServerUnderTest()
        var other = ServerUnderTest()
        other.name = "other"
        other.port = server.port
        other.methods = ["GET", "POST"]
        await #expect {
            try await server.run(with: [other]) { _, _ in }
        } throws: { error in
            let text = "\(error)"
            return text.contains("the source of flow") && text.contains("the source of other")
                && text.contains("POST /orders")
        }
    }

    @Test("An address that is in use can't be listened on, and the flow says so")
    func addressInUse() async throws {
        let server = ServerUnderTest()
        try await server.run { _, _ async throws in
            var second = ServerUnderTest()
            second.port = server.port
            let taken = second
            await #expect {
                try await taken.run { _, _ in }
            } throws: {
                ($0 as? IntegrationError)?.code == .addressUnusable
            }
        }
    }
}
