public import IntegrationCore
internal import IntegrationDocument
internal import Synchronization

/// Hands messages to another flow and waits until it is through with them (`call: FLOW`).
///
/// What the called flow refuses is refused here: the caller's error handling decides. Bodies are handed over as bytes.
public struct CallDestination: Destination {
    public let flow: String

    public init(_ flow: String) { self.flow = flow }

    public func withSender<R: Sendable>(
        in context: FlowContext, _ body: (any Sender) async throws -> R
    ) async throws -> R {
        try await body(CallSender(flow: flow))
    }
}

/// A sender around others.
protocol WrappingSender: Sender {
    var wrapped: [any Sender] { get }
}

extension Sender {
    /// The calls of other flows in this sender, however deep.
    var calls: [CallSender] {
        if let call = self as? CallSender { return [call] }
        return (self as? any WrappingSender)?.wrapped.flatMap(\.calls) ?? []
    }
}

/// A call whose flow is connected once all flows are built.
final class CallSender: Sender {
    let flow: String
    private let runner = Mutex<FlowRunner?>(nil)

    init(flow: String) { self.flow = flow }

    func connect(_ runner: FlowRunner) { self.runner.withLock { $0 = runner } }

    func send(_ batch: Batch) async throws(IntegrationError) -> SendReport {
        guard let runner = runner.withLock({ $0 }) else {
            throw IntegrationError(.cannotBuild, "there is no flow `\(flow)` to call")
        }
        let callee = Self.copy(batch, into: runner.context.arenas.take())
        let arena = callee.arena
        let count = callee.messages.count
        runner.statistics.received(messages: count, bytes: callee.messages.reduce(0) { $0 + Int($1.original.length) })
        let result = await runner.pipeline.run(callee, in: runner.context)
        runner.statistics.processed(result)
        var refused: [(index: Int, error: IntegrationError)] = []
        for failure in result.failures {
            var error = failure.error
            error.component = [flow, error.component].compactMap(\.self).joined(separator: "/")
            refused.append((failure.message.origin, error))
        }
        runner.context.arenas.give(arena)
        return SendReport(refused: refused)
    }

    private static func copy(_ batch: Batch, into arena: Arena) -> Batch {
        var out = OutputBuffer()
        var messages: [Message] = []
        for (index, message) in batch.messages.enumerated() {
            let start = out.count
            message.writeBody(in: batch.arena, to: &out)
            let body = Slice(base: Arena.sourceBase, offset: start, length: out.count - start)
            var metadata: UnsafePointer<Word>?
            if let known = message.metadata {
                var builder = Builder(arena)
                builder.copy(foreign: batch.arena.view(known))
                metadata = builder.finish()
            }
            messages.append(
                Message(
                    id: message.id, origin: index, body: body, metadata: metadata, attempts: message.attempts,
                    receiveCount: message.receiveCount))
        }
        arena.attach(out.withBytes { ByteBlock($0) }, as: Arena.sourceBase)
        return Batch(arena: arena, messages: messages)
    }
}
