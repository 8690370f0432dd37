internal import FileSystemClient
public import IntegrationCore
public import IntegrationDocument
internal import Synchronization

/// Reads standard input record by record until it ends. Class C: what is in flight when the engine crashes is lost.
public struct StdinSource: Source {
    public var codec: any Codec
    /// Most messages in a delivery; what is there is delivered at once.
    public var batchSize: Int
    /// Longest record in bytes; what is longer goes to the dead letters, cut.
    public var maximumMessageSize: Int
    /// What is read; stays open.
    public var descriptor: Int32

    public init(
        codec: any Codec, batchSize: Int = 100, maximumMessageSize: Int = Word.maximumLength, descriptor: Int32 = 0
    ) {
        self.codec = codec
        self.batchSize = max(1, batchSize)
        self.maximumMessageSize = min(maximumMessageSize, Word.maximumLength)
        self.descriptor = descriptor
    }

    public var guarantee: DeliveryGuarantee { .bestEffort }
    public var isFinite: Bool { true }
    public var decoder: (any Step)? { codec.decoder }

    public func withReceiver<R: Sendable>(
        in context: FlowContext, _ body: (any Receiver) async throws -> R
    ) async throws -> R {
        let reader = try RecordReader(
            framing: codec.framing, hasHeader: codec.hasHeader, limit: batchSize, maximumRecord: maximumMessageSize)
        let interrupt = try Interrupt()
        await reader.attach(descriptor, path: "stdin", interrupt: interrupt)
        // A read that waits for a person or another program ends with the flow.
        async let _: Void = {
            await context.shutdown.wait()
            interrupt.signal()
        }()
        return try await body(StdinReceiver(reader: reader, context: context))
    }
}

final class StdinReceiver: Receiver {
    private let reader: RecordReader
    private let context: FlowContext
    private let ids = Mutex(MessageIDGenerator())

    init(reader: RecordReader, context: FlowContext) {
        self.reader = reader
        self.context = context
    }

    func receive() async throws(IntegrationError) -> Delivery? {
        guard !context.shutdown.isSignalled, let run = try await reader.next(takesRest: true),
            !context.shutdown.isSignalled
        else { return nil }
        let batch = Batch(run, arena: context.arenas.take(), component: "stdin") { count in
            var random = SystemRandomNumberGenerator()
            let now = UInt64(max(0, context.clock.wallTime.milliseconds))
            return ids.withLock { $0.next(count, at: now, using: &random) }
        }
        return Delivery(batch) { _ in }
    }
}
