import ConnectorTestSupport
import HTTPTransport
import IntegrationCore
import NIOCore
import Testing

@Suite("Failures of HTTP exchanges")
struct HTTPFailureTests {
    private let server: ScriptedServer

    init() throws { server = try ScriptedServer() }

    private func error(
        _ path: String, _ options: HTTPTransportOptions = HTTPTransportOptions(), method: String = "POST"
    ) async throws -> IntegrationError {
        try #require(await failure { _ = try await Exchange.get(server.url + path, options, method: method) })
    }

    @Test("Nothing listens: refused, and the message counts no try")
    func refused() async throws {
        let gone = try ScriptedServer().url  // its process ends with it
        let error = try #require(await failure { _ = try await Exchange.get(gone) })
        #expect(error.code == .connectionRefused)
        #expect(error.message.contains("refuses connections: nothing listens there"))
    }

    @Test("A name that no name server knows")
    func unknownHost() async throws {
        let error = try #require(await failure { _ = try await Exchange.get("http://nowhere.invalid") })
        #expect(error.code == .hostUnknown)
        #expect(error.message == "`nowhere.invalid` can't be resolved")
    }

    @Test("An answer that does not come, or not whole, within the timeout")
    func timeouts() async throws {
        let options = HTTPTransportOptions(timeout: .milliseconds(300))
        let slow = try await error("/slow/5", options)
        #expect(slow.code == .answerTimedOut)
        #expect(slow.message.contains("gave no answer within 300ms"))
        let trickle = try await error("/trickle/5", options)
        #expect(trickle.code == .answerTimedOut)
        #expect(trickle.message.contains("was not complete within 300ms"))
    }

    @Test("A connection that is cut before, in the middle of the head, and in the middle of the body")
    func cuts() async throws {
        let close = try await error("/close")
        #expect(close.code == .connectionCut)
        #expect(close.message.contains("closed the connection without an answer"))
        #expect(try await error("/reset").code == .connectionCut)
        #expect(try await error("/half-head").code == .connectionCut)
        let half = try await error("/half")
        #expect(half.code == .connectionCut)
        #expect(half.message.contains("in the middle of its answer (9 bytes came)"))
        #expect(try await error("/cut-gzip").code == .connectionCut)
    }

    @Test("What is no HTTP, and headers without end")
    func garbage() async throws {
        let garbage = try await error("/garbage")
        #expect(garbage.code == .httpAnswerInvalid)
        #expect(garbage.message.contains("is no HTTP"))
        for path in ["/endless-headers", "/headers/300", "/header/100000"] {
            let headers = try await error(path)
            #expect(headers.code == .httpAnswerInvalid)
            #expect(headers.message.contains("more headers than are read"))
        }
    }

    @Test("Answers that are too large, packed or not, are not taken in")
    func tooLarge() async throws {
        let options = HTTPTransportOptions(maximumAnswer: 100_000)
        #expect(try await error("/size/100001", options).message.contains("the limit is 100000 bytes"))
        #expect(try await Exchange.get(server.url + "/size/100000", options).body.readableBytes == 100_000)
        for path in ["/endless", "/bomb/64"] {
            let error = try await error(path, options)
            #expect(error.code == .answerTooLarge)
        }
        // 8 MiB would be allowed, but not out of 8 KiB.
        #expect(try await error("/bomb/8").message.contains("it unpacks to more than 200 times its size"))
    }

    @Test("A request that may be repeated is sent again when an idle connection turns out to be closed")
    func idle() async throws {
        let error = try await error("/close", method: "GET")
        #expect(error.code == .connectionCut)
        #expect(try await server.notes().count == 2)
        _ = try await self.error("/close", method: "POST")
        #expect(try await server.notes().count == 3)
    }

    @Test("Packed answers are unpacked")
    func packed() async throws {
        for path in ["/gzip", "/deflate"] {
            let answer = try await Exchange.get(server.url + path)
            #expect(String(buffer: answer.body).contains(#""target": "\#(path)""#))
        }
        #expect(try await server.notes().allSatisfy { $0.headers["accept-encoding"] == "gzip, deflate" })
    }
}
