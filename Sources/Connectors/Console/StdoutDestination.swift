internal import FileSystemClient
public import IntegrationCore

/// Writes messages to standard output, a line each, and each batch at once. Accepted means: handed to the system.
public struct StdoutDestination: Destination {
    /// What is written to; stays open.
    public var descriptor: Int32

    public init(descriptor: Int32 = 1) { self.descriptor = descriptor }

    public func withSender<R: Sendable>(
        in context: FlowContext, _ body: (any Sender) async throws -> R
    ) async throws -> R {
        let interrupt = try Interrupt()
        let writer = try StreamWriter(descriptor, name: "standard output", interrupt: interrupt)
        return try await withTaskCancellationHandler {
            try await body(StdoutSender(writer: writer))
        } onCancel: {
            interrupt.signal()
        }
    }
}

struct StdoutSender: Sender {
    let writer: StreamWriter

    func send(_ batch: Batch) async throws(IntegrationError) -> SendReport {
        try await writer.write(batch.lines())
        return .accepted
    }
}
