public import IntegrationCore

/// Hands each message to several destinations, all of which must accept it. Each is a branch of its own: what one refuses
/// is tried again there alone, and what another accepted is not sent twice.
///
/// Only a flow can take it apart: named by a `fallback` or anything else that wraps destinations it is refused.
public struct BroadcastDestination: Destination {
    /// Names of the destinations, each of which the engine knows.
    public let members: [String]

    /// - Parameter members: at least one.
    public init(_ members: [String]) { self.members = members }

    public func withSender<R: Sendable>(
        in context: FlowContext, _ body: (any Sender) async throws -> R
    ) async throws -> R {
        try await body(BroadcastSender())
    }
}

/// Stands for the branches where a flow looks its destinations up; nothing is ever sent to it.
private struct BroadcastSender: Sender {
    func send(_ batch: Batch) async throws(IntegrationError) -> SendReport {
        throw IntegrationError(.cannotBuild, "a broadcast can't be a part of another destination")
    }
}
