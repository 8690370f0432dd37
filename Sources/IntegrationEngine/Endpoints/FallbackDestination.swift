public import IntegrationCore

/// Tries destinations in order (`fallback: [a, b]`): what one refuses goes to the next.
public struct FallbackDestination: Destination {
    public let choices: [any Destination]

    /// - Parameter choices: at least one.
    public init(_ choices: [any Destination]) { self.choices = choices }

    public func withSender<R: Sendable>(
        in context: FlowContext, _ body: (any Sender) async throws -> R
    ) async throws -> R {
        try await open(choices[...], [], context, body)
    }

    private func open<R: Sendable>(
        _ rest: ArraySlice<any Destination>, _ opened: [any Sender], _ context: FlowContext,
        _ body: (any Sender) async throws -> R
    ) async throws -> R {
        guard let next = rest.first else { return try await body(FallbackSender(senders: opened)) }
        return try await next.withSender(in: context) { sender in
            try await open(rest.dropFirst(), opened + [sender], context, body)
        }
    }
}

struct FallbackSender: Sender {
    let senders: [any Sender]

    func send(_ batch: Batch) async throws(IntegrationError) -> SendReport {
        var waiting = Array(batch.messages.indices)
        var refused: [(index: Int, error: IntegrationError)] = []
        for sender in senders {
            let part = Batch(arena: batch.arena, messages: waiting.map { batch.messages[$0] })
            do throws(IntegrationError) {
                let report = try await sender.send(part)
                refused = report.refused.map { (waiting[$0.index], $0.error) }
            } catch {
                refused = waiting.map { ($0, error) }
            }
            waiting = refused.map(\.index)
            if waiting.isEmpty { return .accepted }
        }
        return SendReport(refused: refused)
    }
}
