import IntegrationCore
import IntegrationDocument
import IntegrationResilience
import IntegrationTesting
import Logging
import Testing

extension ErrorCode {
    static let server = ErrorCode("IE3911", "Server", retry: .serverError, explanation: "", remedy: "")
    static let refused = ErrorCode("IE3912", "Refused", retry: .connection, explanation: "", remedy: "")
    static let slowDown = ErrorCode("IE3913", "Slow down", retry: .rateLimited, explanation: "", remedy: "")
    static let wrong = ErrorCode("IE3914", "Wrong", explanation: "", remedy: "")
}

extension IntegrationError {
    static let server = IntegrationError(.server, "500")
    static let refused = IntegrationError(.refused, "refused")
    static let wrong = IntegrationError(.wrong, "400")
}

extension Backoff {
    /// 1 s, 2 s, 4 s, … exactly.
    static let exact = Backoff(initial: .seconds(1), maximum: .seconds(60), jitter: .none)
}

extension BreakerLimits {
    /// Opens for 10 s at half of at least four requests, for 1 s where nobody answers; no jitter.
    static let exact = BreakerLimits(
        window: .count(4), minimumRequests: 4, failureRatio: 0.5, probeDeadline: .seconds(60),
        backoff: Backoff(initial: .seconds(10), maximum: .seconds(40), jitter: .none), unreachable: .exact)
}

extension FlowContext {
    static func test(_ clock: any TimeSource) -> FlowContext {
        FlowContext(
            flow: "test", logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, clock: clock,
            random: RandomSource(seed: 1))
    }
}

extension Batch {
    /// Messages with these bodies; their ids are their indices.
    init(_ texts: [String]) {
        let arena = Arena()
        var bytes: [UInt8] = []
        var messages: [Message] = []
        for (index, text) in texts.enumerated() {
            let body = Slice(base: Arena.sourceBase, offset: bytes.count, length: text.utf8.count)
            messages.append(Message(id: MessageID(seed: 1, position: UInt64(index)), origin: index, body: body))
            bytes += Array(text.utf8)
        }
        arena.attach(ByteBlock(bytes), as: Arena.sourceBase)
        self.init(arena: arena, messages: messages)
    }
}

/// Runs `body` with the guarded destination open, on its clock.
func sending(
    to destination: any Destination, by guarding: EndpointGuard,
    _ body: @escaping @Sendable (any Sender, ManualClock) async throws -> Void
) async throws {
    let clock = ManualClock()
    try await clock.run {
        try await GuardedDestination(destination, by: guarding).withSender(in: .test(clock)) { sender in
            try await body(sender, clock)
        }
    }
}

extension Sender {
    /// Whether all messages with these bodies are accepted.
    func accepts(_ texts: [String]) async throws -> Bool { try await send(Batch(texts)).refused.isEmpty }

    func expectAccepts(_ texts: [String], location: Testing.SourceLocation = #_sourceLocation) async throws {
        let isAccepted = try await accepts(texts)
        #expect(isAccepted, sourceLocation: location)
    }
}

/// What is thrown.
func failure<R>(of body: () async throws -> R) async -> IntegrationError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? IntegrationError
    }
}
