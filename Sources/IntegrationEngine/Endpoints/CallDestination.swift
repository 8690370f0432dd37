public import IntegrationCore
internal import IntegrationDocument

/// Hands messages to another flow and waits until it is through with them (`call: FLOW`).
///
/// What the called flow refuses is refused here: the caller's error handling decides. Bodies are handed over as bytes.
public struct CallDestination: Destination {
    public let flow: String
    private let directory: FlowDirectory

    /// - Parameter directory: the one of the engine that runs both flows.
    public init(_ flow: String, in directory: FlowDirectory) {
        self.flow = flow
        self.directory = directory
        directory.willCall(flow)
    }

    public func withSender<R: Sendable>(
        in context: FlowContext, _ body: (any Sender) async throws -> R
    ) async throws -> R {
        try await body(CallSender(flow: flow, directory: directory))
    }
}

struct CallSender: Sender {
    let flow: String
    let directory: FlowDirectory

    func send(_ batch: Batch) async throws(IntegrationError) -> SendReport {
        guard let runner = await directory.runner(flow) else {
            throw IntegrationError(.calledFlowNotRunning, "flow `\(flow)` is not running")
        }
        let callee = batch.copy(of: batch.messages.indices, into: runner.context.arenas.take())
        let arena = callee.arena
        let count = callee.messages.count
        runner.statistics.received(messages: count, bytes: callee.messages.reduce(0) { $0 + Int($1.original.length) })
        let result = await runner.pipeline.run(callee, in: runner.context)
        runner.statistics.processed(result)
        let refused = result.failures.map { failure in
            var error = failure.error
            error.component = [flow, error.component].compactMap(\.self).joined(separator: "/")
            return (index: failure.message.origin, error: error)
        }
        runner.context.arenas.give(arena)
        return SendReport(refused: refused)
    }
}
