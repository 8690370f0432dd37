import IntegrationCore
import IntegrationDocument
import IntegrationEngine
import IntegrationStore
import IntegrationTesting
import Testing

/// The first character of a body is its key.
private struct FirstCharacter: MessageKeyDefinition, MessageKey {
    func makeKey(_ build: FlowBuild) throws(IntegrationError) -> any MessageKey { self }

    func key(
        of message: inout Message, in arena: Arena, _ context: FlowContext
    ) throws(IntegrationError) -> [UInt8] {
        guard let first = arena.bytes(message.original).first else {
            throw IntegrationError(.keyMissing, "an empty body has no key")
        }
        return [first]
    }
}

@Suite("The order of each key", .timeLimit(.minutes(1))) struct KeyOrderTests {
    private static func flow(_ source: any Source, exhausted: ErrorHandling.Exhausted = .deadLetter) -> Flow {
        Flow(
            name: "f", sources: [.init("in", source)], destination: "out",
            errorHandling: .exact(exhausted: exhausted), ordering: .key(FirstCharacter()), lanes: 4)
    }

    private static func of(_ key: Character, in bodies: [String]) -> [String] { bodies.filter { $0.first == key } }

    @Test func `each key keeps its order over many lanes and deliveries`() async throws {
        let bodies = (0..<200).map { "\("abcdefg".randomElement() ?? "a")\($0)" }
        let test = FlowTest(Self.flow(MemorySource(bodies, batchSize: 3)))
        let result = try await test.run()
        let out = try #require(result.outputs["out"])
        #expect(out.count == 200)
        for key in "abcdefg" { #expect(Self.of(key, in: out) == Self.of(key, in: bodies)) }
    }

    @Test func `a key that waits for another try lets the others of its delivery pass, and keeps its order`()
        async throws
    {
        let out = RecordingDestination()
        out.refuse(times: 1) { $0 == "a0" }
        let test = FlowTest(
            Self.flow(MemorySource(["a0", "b0", "a1", "b1", "c0", "a2"], batchSize: 6)), destinations: ["out": out])
        _ = try await test.run()
        #expect(out.bodies == ["b0", "b1", "c0", "a0", "a1", "a2"])
    }

    @Test func `a message without a key is a dead letter and holds nobody up`() async throws {
        let test = FlowTest(Self.flow(MemorySource(["a0", "", "a1"], batchSize: 3)))
        let result = try await test.run()
        #expect(result.outputs["out"] == ["a0", "a1"])
        #expect(result.snapshot.dead == 1)
        #expect(result.deadLetters.first?.error.code == .keyMissing)
    }

    @Test func `over a queue of the store nothing is lost, doubled or overtaken`() async throws {
        let test = try DurableTest()
        let bodies = (0..<60).map { "\(["a", "b", "c"][$0 % 3])\($0)" }
        try await test.fill("q", bodies)
        let out = RecordingDestination()
        out.refuse(times: 1)
        _ = try await test.run(Self.flow(test.source("q", batchSize: 5)), destinations: ["out": out])
        #expect(out.bodies.count == 60)
        for key in "abc" { #expect(Self.of(key, in: out.bodies) == Self.of(key, in: bodies)) }
        #expect(try await test.counts == [:])
    }
}
