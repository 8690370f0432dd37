public import IntegrationCore

/// Accepts every message and does nothing with it: for flows whose work is in their steps, and for measurements.
public struct DropDestination: Destination {
    public init() {}

    public func withSender<R: Sendable>(
        in context: FlowContext, _ body: (any Sender) async throws -> R
    ) async throws -> R {
        try await body(DropSender())
    }
}

struct DropSender: Sender {
    func send(_ batch: Batch) async throws(IntegrationError) -> SendReport { .accepted }
}
