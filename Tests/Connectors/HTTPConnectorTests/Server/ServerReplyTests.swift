import ConnectorTestSupport
import IntegrationCore
import IntegrationDocument
import IntegrationEngine
import IntegrationTesting
import NIOCore
import Synchronization
import Testing

@testable import HTTPConnector

@Suite("What the HTTP source answers", .timeLimit(.minutes(1)))
struct ServerReplyTests {
    @Test("A message that came through is answered with the reply's status, and its body went on as it came")
    func accepted() async throws {
        let out = RecordingDestination()
        var server = ServerUnderTest()
        server.destination = out
        server.status = "202"
        let answer = try await server.run { client, _ in try await client.send([post(#"{"a": 1.50}"#)]) }
        #expect(answer.status == 202)
        #expect(answer.header("Content-Length") == "0")
        #expect(answer.header("Date")?.hasSuffix(" GMT") == true)
        #expect(!answer.isClosed)
        #expect(out.bodies == [#"{"a": 1.50}"#])
    }

    @Test("Status, headers and body of a reply are filled in from the message as it left the steps")
    func templates() async throws {
        var server = ServerUnderTest()
        server.steps = [
            StepFunction("double") { message, arena throws(IntegrationError) in
                message.replaceBody(with: #"{"id":"x","total":14}"#, in: arena)
                return .keep
            }
        ]
        server.status = "{{ total > 10 ? 201 : 200 }}"
        server.replyHeaders = [("Location", "/orders/{{ id }}")]
        server.replyBody = .mapping([("total", .string("{{ total }}")), ("from", .string("{{ $meta.path }}"))])
        let answer = try await server.run { client, _ in try await client.send([post(#"{"total":7}"#)]) }
        #expect(answer.status == 201)
        #expect(answer.header("Location") == "/orders/x")
        #expect(answer.header("Content-Type") == "application/json")
        #expect(answer.body == #"{"total":14,"from":"/orders"}"#)
    }

    @Test(
        "What can't be read is 400, what a step refuses 422, what may pass later 503 with Retry-After; none is retried")
    func failures() async throws {
        let out = RecordingDestination()
        let calls = Counter()
        var server = ServerUnderTest()
        server.destination = out
        server.steps = [
            StepFunction("judge") { message, arena throws(IntegrationError) in
                calls.add()
                let view = try message.parsed(in: arena)
                if view["bad"] != nil { throw IntegrationError(.schemaRequired, "not like this", path: "$.bad") }
                if view["late"] != nil {
                    throw IntegrationError(.httpServerError, "the secret backend fails", retryAfter: .seconds(7))
                }
                return .keep
            }
        ]
        let answers = try await server.run { client, engine async throws in
            var answers: [RawClient.Answer] = []
            for body in ["{nonsense", #"{"bad":1}"#, #"{"late":1}"#, #"{"good":1}"#] {
                answers.append(try await client.send([post(body)]))
            }
            #expect(engine.snapshot(of: "flow")?.parked == 0)
            return answers
        }
        #expect(answers.map(\.status) == [400, 422, 503, 200])
        #expect(answers[0].body.contains(#""code":"IE2001""#) && answers[0].body.contains("line 1"))
        #expect(answers[1].body.contains("not like this") && answers[1].body.contains(#""path":"$.bad""#))
        #expect(answers[2].header("Retry-After") == "7")
        #expect(!answers[2].body.contains("secret"))
        #expect(answers.allSatisfy { !$0.isClosed })
        #expect(calls.value == 4)
        #expect(out.bodies == [#"{"good":1}"#])
    }

    @Test("Where order is promised, or deliveries are gathered, each sender still gets the answer to its own message")
    func orderedAndGathered() async throws {
        for isGathered in [false, true] {
            var server = ServerUnderTest()
            server.isGathered = isGathered
            if !isGathered { server.ordering = .source }
            server.replyBody = .string("{{ n }}")
            server.steps = [
                StepFunction("judge") { message, arena throws(IntegrationError) in
                    if try message.parsed(in: arena)["bad"] != nil { throw IntegrationError(.httpServerError, "late") }
                    message.replaceBody(with: message.text(in: arena).replacing("1", with: "2"), in: arena)
                    return .keep
                }
            ]
            try await server.run { client, _ async throws in
                try await withThrowingTaskGroup(of: (Int, RawClient.Answer).self) { group in
                    for number in 0..<8 {
                        group.addTask {
                            let body = number % 4 == 3 ? #"{"bad":1}"# : #"{"n":1\#(number)}"#
                            return (number, try await client.send([post(body)]))
                        }
                    }
                    for try await (number, answer) in group {
                        #expect(answer.status == (number % 4 == 3 ? 503 : 200))
                        if answer.status == 200 { #expect(answer.body == "2\(number == 1 ? 2 : number)") }
                    }
                }
            }
        }
    }

    @Test("A message that a step drops is through: its reply is made of it as it was then")
    func dropped() async throws {
        var server = ServerUnderTest()
        server.replyBody = .string("{{ n }}")
        server.steps = [StepFunction("drop") { _, _ throws(IntegrationError) in .drop }]
        let answer = try await server.run { client, _ in try await client.send([post(#"{"n":4}"#)]) }
        #expect(answer.status == 200)
        #expect(answer.body == "4")
    }

    @Test("A refused message is a dead letter where the flow names a place for it, and only there")
    func deadLetters() async throws {
        for isNamed in [false, true] {
            let letters = RecordingDestination()
            var server = ServerUnderTest()
            var grave = ServerUnderTest()
            grave.name = "grave"
            grave.path = "/grave"
            grave.destination = letters
            grave.port = server.port
            server.steps = [
                StepFunction("refuse") { _, _ throws(IntegrationError) in throw IntegrationError(.schemaRequired, "no")
                }
            ]
            if isNamed { server.errorHandling.deadLetters = "out-grave" }
            let dead = try await server.run(with: [grave]) { client, engine async throws in
                #expect(try await client.send([post("{}")]).status == 422)
                return engine.snapshot(of: "flow")?.dead
            }
            #expect(dead == (isNamed ? 1 : 0))
            #expect(letters.records.count == (isNamed ? 1 : 0))
        }
    }

    @Test("A hundred refused messages do not stop a flow whose source answers them")
    func brake() async throws {
        var server = ServerUnderTest()
        server.steps = [
            StepFunction("refuse") { message, arena throws(IntegrationError) in
                _ = try message.parsed(in: arena)
                return .keep
            }
        ]
        let last = try await server.run { client, _ async throws in
            for _ in 0..<3 {
                _ = try await client.send([String(repeating: post("{"), count: 50)], answers: 50)
            }
            return try await client.send([post("{}")])
        }
        #expect(last.status == 200)
    }

    @Test("A message that takes too long is answered with 504, and its connection goes on")
    func deadline() async throws {
        let out = RecordingDestination()
        out.block()
        var server = ServerUnderTest()
        server.destination = out
        server.rules.replyTimeout = .milliseconds(10)
        let answer = try await server.run { client, _ async throws in
            let answer = try await client.send([post("{}")])
            out.release()
            return answer
        }
        #expect(answer.status == 504)
        #expect(!answer.isClosed)
        #expect(out.bodies == ["{}"])
    }

    @Test("Behind a flow that is busy, requests wait up to the limit and then get 429 with Retry-After")
    func backPressure() async throws {
        let out = RecordingDestination()
        out.block()
        var server = ServerUnderTest()
        server.destination = out
        server.waiting = 3
        server.batchSize = 1
        server.concurrency = 1
        let statuses = try await server.run { client, _ async throws in
            try await withThrowingTaskGroup(of: RawClient.Answer.self) { group in
                for _ in 0..<10 { group.addTask { try await client.send([post("{}")]) } }
                var answers: [RawClient.Answer] = []
                // One is with the flow, three wait: six are refused, and the others answered when the flow goes on.
                while answers.count < 6, let answer = try await group.next() { answers.append(answer) }
                out.release()
                for answer in answers { #expect(answer.header("Retry-After") == "1") }
                for try await answer in group { answers.append(answer) }
                return answers.compactMap(\.status)
            }
        }
        #expect(statuses.prefix(6).allSatisfy { $0 == 429 })
        #expect(statuses.suffix(4).allSatisfy { $0 == 200 })
    }

    @Test("A released message is answered with 503: the flow could not take it")
    func drained() async throws {
        let out = RecordingDestination()
        out.block()
        var server = ServerUnderTest()
        server.destination = out
        server.batchSize = 1
        server.concurrency = 1
        let answers = try await server.run { client, engine async throws in
            try await withThrowingTaskGroup(of: RawClient.Answer.self) { group in
                group.addTask { try await client.send([post(#"{"n":1}"#)]) }
                await wait { out.sending == 1 }
                engine.stop()
                await wait { !RawClient.isAccepted(client.port) }
                out.release()
                var answers: [RawClient.Answer] = []
                for try await answer in group { answers.append(answer) }
                return answers
            }
        }
        // What was in hand is answered, and the connection ends with it.
        #expect(answers.map(\.status) == [200])
        #expect(answers.first?.header("Connection") == "close")
    }
}

/// Counts calls from anywhere.
final class Counter: Sendable {
    private let count = Mutex(0)
    func add() { count.withLock { $0 += 1 } }
    var value: Int { count.withLock { $0 } }
}

/// Waits until something holds that others bring about.
func wait(_ condition: @Sendable () -> Bool) async {
    while !condition(), !Task.isCancelled { await Task.yield() }
}
