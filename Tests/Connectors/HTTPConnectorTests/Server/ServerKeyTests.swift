import ConnectorTestSupport
import IntegrationCore
import IntegrationEngine
import IntegrationStore
import IntegrationTesting
import NIOCore
import Testing

@testable import HTTPConnector

@Suite("Idempotency keys", .timeLimit(.minutes(1)))
struct ServerKeyTests {
    private func server(_ out: RecordingDestination) -> ServerUnderTest {
        var server = ServerUnderTest()
        server.destination = out
        server.key = "{{ $meta.headers.`idempotency-key` }}"
        server.status = "201"
        server.replyBody = .string("{{ $meta.id }}")
        return server
    }

    private func keyed(_ key: String, _ body: String = "{}") -> String { post(body, ["Idempotency-Key: \(key)"]) }

    @Test(
        "A repeat gets the first reply and makes no message; another body is 422, no key 400; with and without a store",
        arguments: [false, true])
    func repeats(isStored: Bool) async throws {
        let out = RecordingDestination()
        let folder = TemporaryFolder()
        let storage = isStored ? Storage(in: folder.file("data")) : nil
        try await server(out).run(storage: storage) { client, _ async throws in
            let first = try await client.send([keyed("a")])
            #expect(first.status == 201)
            #expect(first.body.count == 26)
            let again = try await client.send([keyed("a")])
            #expect(again.status == 201)
            #expect(again.body == first.body)
            #expect(try await client.send([keyed("a", "[]")]).status == 422)
            #expect(try await client.send([post("{}")]).status == 400)
            let other = try await client.send([keyed("b")])
            #expect(other.status == 201 && other.body != first.body)
        }
        #expect(out.records.count == 2)
    }

    @Test("While a request is in hand the same key is 409, and afterwards it gets the reply")
    func inHand() async throws {
        let out = RecordingDestination()
        out.block()
        var server = server(out)
        server.batchSize = 1
        try await server.run { client, _ async throws in
            try await withThrowingTaskGroup(of: RawClient.Answer.self) { group in
                group.addTask { try await client.send([keyed("a")]) }
                await wait { out.sending == 1 }
                let busy = try await client.send([keyed("a")])
                #expect(busy.status == 409)
                #expect(busy.header("Retry-After") == "1")
                #expect(try await client.send([keyed("a", "[]")]).status == 422)
                out.release()
                let first = try #require(try await group.next())
                #expect(try await client.send([keyed("a")]).body == first.body)
            }
        }
        #expect(out.records.count == 1)
    }

    @Test("What failed may be tried again under its key")
    func failed() async throws {
        let out = RecordingDestination()
        out.failNext(1, with: IntegrationError(.httpServerError, "down"))
        try await server(out).run { client, _ async throws in
            #expect(try await client.send([keyed("a")]).status == 503)
            #expect(try await client.send([keyed("a")]).status == 201)
            #expect(try await client.send([keyed("a")]).status == 201)
        }
        #expect(out.records.count == 1)
    }

    @Test("Keys outlive the engine where there is a store, and messages bear ids that their keys give them")
    func restart() async throws {
        let folder = TemporaryFolder()
        let out = RecordingDestination()
        var server = server(out)
        server.acknowledgement = .stored
        let same = server
        var replies: [String] = []
        for _ in 0..<2 {
            var again = same
            again.port = RawClient.freePort()
            replies.append(
                try await again.run(storage: Storage(in: folder.file("data"))) { client, _ async throws in
                    let answer = try await client.send([keyed("a")])
                    #expect(answer.status == 201)
                    return answer.body
                })
        }
        #expect(replies[0] == replies[1])
        #expect(out.records.count == 1)
        #expect(out.records.first?.id.description == replies[0])
    }

    @Test("Keys are noted, and replies made of the message, where deliveries are gathered into larger ones")
    func gathered() async throws {
        for acknowledgement in [SourceAcknowledgement.stored, .answered(withResults: true)] {
            let folder = TemporaryFolder()
            let out = RecordingDestination()
            var server = server(out)
            server.acknowledgement = acknowledgement
            server.isGathered = true
            server.replyBody = .string("{{ n }}")
            try await server.run(storage: Storage(in: folder.file("data"))) { client, _ async throws in
                for _ in 0..<2 {
                    try await withThrowingTaskGroup(of: (Int, RawClient.Answer).self) { group in
                        for number in 0..<8 {
                            group.addTask {
                                (number, try await client.send([keyed("\(number)", #"{"n":\#(number)}"#)]))
                            }
                        }
                        for try await (number, answer) in group {
                            #expect(answer.status == 201)
                            #expect(answer.body == "\(number)")
                        }
                    }
                }
                await wait { out.records.count >= 8 }
            }
            #expect(out.records.count == 8)
        }
    }

    @Test("Replies that are kept in memory are bounded by number, bytes and time")
    func bounds() {
        let desk = IdempotencyDesk(limit: 2, bytes: 1000)
        func reply(_ count: Int) -> RememberedReply {
            RememberedReply(
                Array(repeating: 7, count: 32), EncodedReply(Reply(200, body: Array(repeating: 1, count: count))))
        }
        for key: UInt8 in 1...3 { desk.keep(reply(10), for: [key], until: .seconds(5)) }
        #expect(desk.kept([1], at: .zero) == nil)
        #expect(desk.kept([3], at: .zero) == reply(10))
        #expect(desk.kept([3], at: .seconds(5)) == nil)
        desk.keep(reply(950), for: [4], until: .seconds(5))
        #expect(desk.kept([3], at: .zero) == nil)
        let kept = reply(10)
        #expect(RememberedReply(kept.bytes)?.reply.rest == kept.reply.rest)
        #expect(RememberedReply(kept.bytes)?.reply.status == 200)
        #expect(RememberedReply([1, 2]) == nil)
    }
}
