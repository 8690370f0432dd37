import IntegrationCore
import IntegrationEngine
import IntegrationTesting
import NIOCore
import Testing

@testable import HTTPConnector

@Suite("Listeners that are handed over", .timeLimit(.minutes(1)))
struct ServerReloadTests {
    @Test("A connection survives that its flow is replaced, and gets the new flow's answers")
    func handover() async throws {
        var server = ServerUnderTest()
        server.replyBody = .string("old")
        var new = server
        new.replyBody = .string("new")
        let replacement = Engine.Replacement(
            flows: [try new.flow()], destinations: ["out-flow": Swallowing()], lookups: [:], unchangedFlows: [],
            unchangedEndpoints: [], queues: [:], grace: .seconds(10))
        let port = server.port
        try await server.run { client, engine async throws in
            let connection = try await KeptConnection(port: port)
            #expect(try await connection.send(post("{}")).hasSuffix("old"))
            _ = try await engine.reload(replacement)
            #expect(try await connection.send(post("{}")).hasSuffix("new"))
            try await connection.close()
            #expect(try await client.send([post("{}")]).body == "new")
        }
    }

    @Test("Requests that come while a flow is replaced wait for its successor: none is refused")
    func load() async throws {
        let server = ServerUnderTest()
        let flows = try (0..<5).map { _ in try server.flow() }
        try await server.run { client, engine async throws in
            try await withThrowingTaskGroup(of: Set<Int>.self) { group in
                let isOver = ShutdownSignal()
                for _ in 0..<4 {
                    group.addTask {
                        var statuses: Set<Int> = []
                        while !isOver.isSignalled {
                            statuses.insert(try await client.send([post("{}")]).status ?? 0)
                        }
                        return statuses
                    }
                }
                for flow in flows {
                    _ = try await engine.reload(
                        Engine.Replacement(
                            flows: [flow], destinations: ["out-flow": Swallowing()], lookups: [:], unchangedFlows: [],
                            unchangedEndpoints: [], queues: [:], grace: .seconds(10)))
                }
                isOver.signal()
                for try await statuses in group { #expect(statuses == [200]) }
            }
        }
    }

    @Test("A flow that goes leaves the port to the others, and its path is unknown afterwards")
    func removal() async throws {
        let server = ServerUnderTest()
        var other = ServerUnderTest()
        other.name = "other"
        other.port = server.port
        other.path = "/other"
        try await server.run(with: [other]) { client, engine async throws in
            #expect(try await client.send([post("{}", to: "/other")]).status == 200)
            try engine.stop("other")
            _ = await engine.waitUntilEnded(["other"], atMost: .seconds(10))
            #expect(try await client.send([post("{}", to: "/other")]).status == 404)
            #expect(try await client.send([post("{}")]).status == 200)
            try engine.start("other")
            await engine.waitUntilStarted("other", atMost: .seconds(10))
            #expect(try await client.send([post("{}", to: "/other")]).status == 200)
        }
    }

    @Test("When the engine stops, idle connections are closed and nobody listens any more")
    func stop() async throws {
        let server = ServerUnderTest()
        let port = server.port
        let connection = try await server.run { _, _ async throws in
            let connection = try await KeptConnection(port: port)
            #expect(try await connection.send(post("{}")).contains("200 OK"))
            return connection
        }
        #expect(try await connection.isClosed())
        try await connection.close()
        var again = ServerUnderTest()
        again.port = port
        #expect(try await again.run { client, _ in try await client.send([post("{}")]).status } == 200)
    }
}
