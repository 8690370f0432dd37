internal import IntegrationCore

/// A source that is not read while its flow is paused.
///
/// What a lane was already waiting for when the gate closed is held, unprocessed, until it opens; when the flow stops
/// first it goes back to a source that can hand it over again, and is finished where it would be lost.
struct GatedSource: Source {
    let source: any Source
    let gate: FlowGate
    /// Called when the source is open.
    let opened: @Sendable () -> Void

    var guarantee: DeliveryGuarantee { source.guarantee }
    var isFinite: Bool { source.isFinite }
    var decoder: (any Step)? { source.decoder }
    var concurrency: Int? { source.concurrency }
    var acknowledgement: SourceAcknowledgement { source.acknowledgement }

    func withReceiver<R: Sendable>(
        in context: FlowContext, _ body: (any Receiver) async throws -> R
    ) async throws -> R {
        try await source.withReceiver(in: context) { receiver in
            gate.noteOpened()
            opened()
            return try await body(
                GatedReceiver(
                    receiver: receiver, gate: gate, shutdown: context.shutdown,
                    canRepeat: source.guarantee == .atLeastOnce))
        }
    }
}

private struct GatedReceiver: Receiver {
    let receiver: any Receiver
    let gate: FlowGate
    let shutdown: ShutdownSignal
    let canRepeat: Bool

    func receive() async throws(IntegrationError) -> Delivery? {
        guard await gate.pass(shutdown), let delivery = try await receiver.receive() else { return nil }
        if gate.isClosed, await !gate.pass(shutdown), canRepeat { return nil }
        return delivery
    }
}

extension Flow {
    /// The flow with a gate before each of its sources.
    func gated(by gate: FlowGate, opened: @escaping @Sendable () -> Void) -> Flow {
        var flow = self
        for index in flow.sources.indices {
            flow.sources[index].source = GatedSource(source: flow.sources[index].source, gate: gate, opened: opened)
        }
        return flow
    }
}
