import ConnectorTestSupport
import IntegrationCore
import IntegrationEngine
import IntegrationStore
import IntegrationTesting
import NIOCore
import Testing

@testable import HTTPConnector

@Suite("Messages that are stored before their sender hears of it", .timeLimit(.minutes(1)))
struct ServerStoreTests {
    private func messages(_ storage: Storage, _ queue: QueueName) async throws -> Int {
        try await storage.store.queues().first { $0.name == queue }?.messages ?? 0
    }

    @Test("Into a queue: the reply comes when the message is in it; no other queue is made")
    func intoQueue() async throws {
        let folder = TemporaryFolder()
        let storage = Storage(in: folder.file("data"))
        var server = ServerUnderTest()
        server.acknowledgement = .stored
        server.status = "202"
        server.destination = QueueDestination("orders", in: storage)
        try await server.run(storage: storage) { client, _ async throws in
            for count in 1...3 {
                #expect(try await client.send([post(#"{"n":\#(count)}"#)]).status == 202)
                #expect(try await messages(storage, "orders") == count)
            }
            #expect(try await storage.store.queues().map(\.name) == ["orders"])
        }
    }

    @Test(
        "In front of a step that refuses, into a queue: 202, and the message is a dead letter in the same transaction")
    func deadLetter() async throws {
        let folder = TemporaryFolder()
        let storage = Storage(in: folder.file("data"))
        var server = ServerUnderTest()
        server.acknowledgement = .stored
        server.status = "202"
        server.destination = QueueDestination("orders", in: storage)
        server.steps = [
            StepFunction("parse") { message, arena throws(IntegrationError) in
                _ = try message.parsed(in: arena)
                return .keep
            }
        ]
        try await server.run(storage: storage) { client, _ async throws in
            #expect(try await client.send([post("{nonsense")]).status == 202)
            let letters = try await storage.store.deadLetters(DeadLetterFilter(), before: nil, limit: 10)
            #expect(letters.count == 1)
            #expect(try await messages(storage, "orders") == 0)
        }
    }

    @Test("In front of anything else: the reply comes when the message waits for the flow, which may be stuck")
    func intake() async throws {
        let folder = TemporaryFolder()
        let storage = Storage(in: folder.file("data"))
        let out = RecordingDestination()
        out.block()
        var server = ServerUnderTest()
        server.acknowledgement = .stored
        server.status = "202"
        server.destination = out
        server.replyBody = .string("{{ $meta.id }}")
        let answer = try await server.run(storage: storage) { client, _ async throws in
            let answer = try await client.send([post("{}", ["X-Who: me"])])
            #expect(answer.status == 202)
            #expect(try await messages(storage, .intake(of: "flow")) == 1)
            out.release()
            await wait { out.records.count == 1 }
            return answer
        }
        #expect(out.records.first?.id.description == answer.body)
        #expect(out.bodies == ["{}"])
    }

    @Test("A store that has no room for more says so to the sender: 503 with Retry-After, and nothing is kept of it")
    func fullStore() async throws {
        let folder = TemporaryFolder()
        let intake = QueueName.intake(of: "flow")
        let storage = Storage(in: folder.file("data"), queues: [intake: QueueSettings(maxMessages: 1)])
        let out = RecordingDestination()
        out.block()
        var server = ServerUnderTest()
        server.acknowledgement = .stored
        server.destination = out
        server.concurrency = 1
        try await server.run(storage: storage) { client, _ async throws in
            #expect(try await client.send([post("{}")]).status == 200)
            let full = try await client.send([post("{}")])
            #expect(full.status == 503)
            #expect(full.header("Retry-After") != nil)
            #expect(try await messages(storage, intake) == 1)
            out.release()
        }
        #expect(out.records.count == 1)
    }
}
