internal import FileSystemClient
public import IntegrationCore
public import IntegrationDocument

/// Reads files record by record. Class A: a record's identity is its file's device and inode and its offset.
public struct FileSource: Source {
    public enum Mode: String, Sendable, Hashable, CaseIterable {
        /// Reads to the end and is finished.
        case once
        /// Waits at the end for more, as `tail -F` does: also for a file that is not there yet, that is cut, or that
        /// is replaced under its name.
        case follow
    }

    public var path: String
    public var codec: any Codec
    public var mode: Mode
    /// Most messages in a delivery.
    public var batchSize: Int
    /// Longest record in bytes; what is longer goes to the dead letters, cut.
    public var maximumMessageSize: Int
    /// How often a followed file is looked at.
    public var pollInterval: Duration

    /// - Parameter path: a file, or a pattern (`in/*.ndjson`) whose files are read in the order of their names; in mode
    ///   `follow` always one file.
    public init(
        path: String, codec: any Codec, mode: Mode = .once, batchSize: Int = 100,
        maximumMessageSize: Int = Word.maximumLength, pollInterval: Duration = .milliseconds(250)
    ) {
        self.path = path
        self.codec = codec
        self.mode = mode
        self.batchSize = max(1, batchSize)
        self.maximumMessageSize = min(maximumMessageSize, Word.maximumLength)
        self.pollInterval = pollInterval
    }

    public var guarantee: DeliveryGuarantee { .atLeastOnce }
    public var isFinite: Bool { mode == .once }
    public var decoder: (any Step)? { codec.decoder }

    public func withReceiver<R: Sendable>(
        in context: FlowContext, _ body: (any Receiver) async throws -> R
    ) async throws -> R {
        let files = mode == .once && RegularFile.isPattern(path) ? try RegularFile.matching(path) : [path]
        let reader = try RecordReader(
            framing: codec.framing, hasHeader: codec.hasHeader, limit: batchSize, maximumRecord: maximumMessageSize,
            clock: context.clock)
        let receiver = FileReceiver(
            reader: reader, files: files, mode: mode, pollInterval: pollInterval, context: context)
        try await receiver.open()
        do {
            let result = try await body(receiver)
            await reader.close()
            return result
        } catch {
            await reader.close()
            throw error
        }
    }
}
