import IntegrationCore
import IntegrationDocument
import IntegrationTesting
import Synchronization

/// A destination whose calls go on until the test ends them, whether or not they are cancelled.
final class StubbornDestination: Destination {
    private struct State {
        var ended: [String] = []
        var end = ShutdownSignal()
    }

    private let state = Mutex(State())

    /// Bodies of the calls that have ended, in order.
    var ended: [String] { state.withLock { $0.ended } }

    /// Ends the calls that are under way.
    func endCalls() {
        let end = state.withLock { state in
            defer { state.end = ShutdownSignal() }
            return state.end
        }
        end.signal()
    }

    func withSender<R: Sendable>(
        in context: FlowContext, _ body: (any Sender) async throws -> R
    ) async throws -> R {
        try await body(StubbornSender(destination: self))
    }

    private struct StubbornSender: Sender {
        let destination: StubbornDestination

        func send(_ batch: Batch) async throws(IntegrationError) -> SendReport {
            await destination.state.withLock { $0.end }.waitToTheEnd()
            // The batch is still what it was.
            for message in batch.messages {
                var out = OutputBuffer()
                message.writeBody(in: batch.arena, to: &out)
                let text = out.withBytes { String(decoding: $0, as: UTF8.self) }
                destination.state.withLock { $0.ended.append(text) }
            }
            return .accepted
        }
    }
}
