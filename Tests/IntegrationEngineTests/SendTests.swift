import IntegrationCore
import IntegrationEngine
import IntegrationTesting
import Testing

@Suite("Messages by hand", .timeLimit(.minutes(1))) struct SendTests {
    private let out = RecordingDestination()

    private func test(_ step: FailingStep) -> FlowTest {
        FlowTest(
            Flow(
                name: "f", sources: [.init("in", MemorySource([], staysOpen: true))], steps: [step], destination: "out"),
            destinations: ["out": out])
    }

    @Test func `a message is delivered, and who took it is said`() async throws {
        try await test(FailingStep(with: IntegrationError(.testPermanent, "no")) { $0 == "bad" })
            .runningEngine { [out] engine, _ in
                let outcome = try await engine.send(Array("good".utf8), to: "f")
                #expect(outcome.destinations == ["out"])
                #expect(outcome.refusals.isEmpty)
                #expect(out.bodies == ["good"])
                #expect(engine.snapshot(of: "f")?.received == 1)
                #expect(engine.snapshot(of: "f")?.sent == 1)
            }
    }

    @Test func `a message that a step refuses goes nowhere, not even to the dead letters`() async throws {
        try await test(FailingStep(with: IntegrationError(.testPermanent, "no")) { $0 == "bad" })
            .runningEngine { [out] engine, _ in
                let outcome = try await engine.send(Array("bad".utf8), to: "f")
                #expect(outcome.destinations.isEmpty)
                #expect(outcome.refusals.map(\.code) == [.testPermanent])
                #expect(out.bodies.isEmpty)
                #expect(engine.memoryDeadLetters.letters.isEmpty)
            }
    }

    @Test func `a preview sends nothing and says where the message would go`() async throws {
        try await test(FailingStep(with: IntegrationError(.testPermanent, "no")) { $0 == "bad" })
            .runningEngine { [out] engine, _ in
                let good = try await engine.preview(Array("good".utf8), metadata: nil, in: "f")
                #expect(good.map(\.destination) == ["out"])
                #expect(good.map(\.body) == [Array("good".utf8)])
                let bad = try await engine.preview(Array("bad".utf8), metadata: nil, in: "f")
                #expect(bad.map(\.error?.code) == [.testPermanent])
                #expect(out.bodies.isEmpty)
                #expect(engine.snapshot(of: "f")?.received == 0)
            }
    }

    @Test(arguments: ["5", "[1]", "no", ""])
    func `metadata that is no object is refused`(_ text: String) async throws {
        try await test(FailingStep(with: IntegrationError(.testPermanent, "no")) { _ in false })
            .runningEngine { engine, _ in
                let error = await #expect(throws: IntegrationError.self) {
                    try await engine.send([], metadata: Array(text.utf8), to: "f")
                }
                #expect(error?.code == .requestInvalid)
            }
    }

    @Test func `a flow that does not run takes no message`() async throws {
        try await test(FailingStep(with: IntegrationError(.testPermanent, "no")) { _ in false })
            .runningEngine { engine, _ in
                try engine.stop("f")
                _ = await engine.waitUntilEnded(["f"], atMost: .seconds(1))
                let stopped = await #expect(throws: IntegrationError.self) { try await engine.send([], to: "f") }
                #expect(stopped?.code == .flowNotRunning)
                let unknown = await #expect(throws: IntegrationError.self) { try await engine.send([], to: "g") }
                #expect(unknown?.code == .flowUnknown)
            }
    }
}
