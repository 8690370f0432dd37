internal import FileSystemClient
internal import Glibc
public import IntegrationCore
public import IntegrationDocument

/// Reads files record by record. Class A: a record's identity is its file's device and inode and its offset.
public struct FileSource: Source {
    public enum Mode: String, Sendable, Hashable, CaseIterable {
        /// Reads to the end and is finished.
        case once
        /// Waits at the end for more, as `tail -F` does.
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

    /// - Parameter path: a file, or a pattern (`in/*.ndjson`) whose files are read in the order of their names.
    public init(
        path: String, codec: any Codec, mode: Mode = .once, batchSize: Int = 100,
        maximumMessageSize: Int = Word.maximumLength, pollInterval: Duration = .milliseconds(250)
    ) {
        self.path = path
        self.codec = codec
        self.mode = mode
        self.batchSize = batchSize
        self.maximumMessageSize = maximumMessageSize
        self.pollInterval = pollInterval
    }

    public var guarantee: DeliveryGuarantee { .atLeastOnce }
    public var isFinite: Bool { mode == .once }
    public var decoder: (any Step)? { codec.decoder }

    public func withReceiver<R: Sendable>(
        in context: FlowContext, _ body: (any Receiver) async throws -> R
    ) async throws -> R {
        let files = try Self.files(path)
        let reader = RecordReader(
            framing: codec.framing, hasHeader: codec.hasHeader, limit: batchSize, maximumRecord: maximumMessageSize)
        try await reader.open(files[0])
        let receiver = FileReceiver(
            reader: reader, files: files, mode: mode, pollInterval: pollInterval, context: context)
        do {
            let result = try await body(receiver)
            await reader.close()
            return result
        } catch {
            await reader.close()
            throw error
        }
    }

    /// The files that a path or pattern names, in order.
    static func files(_ path: String) throws(IntegrationError) -> [String] {
        guard path.utf8.contains(where: { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") }) else { return [path] }
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(path, GLOB_NOSORT | GLOB_ERR, nil, &found) == 0 else {
            throw IntegrationError(.fileNotFound, "no file matches \(path)")
        }
        return (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }.sorted()
    }
}

/// An open file, or one file after another.
actor FileReceiver: Receiver {
    private let reader: RecordReader
    private let files: [String]
    private let mode: FileSource.Mode
    private let pollInterval: Duration
    private let context: FlowContext
    private var current = 0
    private var isDone = false
    /// A lane is reading; the others wait for their turn.
    private var isReading = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(
        reader: RecordReader, files: [String], mode: FileSource.Mode, pollInterval: Duration, context: FlowContext
    ) {
        self.reader = reader
        self.files = files
        self.mode = mode
        self.pollInterval = pollInterval
        self.context = context
    }

    func receive() async throws(IntegrationError) -> Delivery? {
        // One lane reads at a time, so that records are handed out in order.
        while isReading { await withCheckedContinuation { waiting.append($0) } }
        isReading = true
        defer {
            isReading = false
            if !waiting.isEmpty { waiting.removeFirst().resume() }
        }
        guard let run = try await nextRun() else { return nil }
        let batch = Batch(run, arena: context.arenas.take(), component: "file \(run.path)") { _ in nil }
        // Positions are not kept without a store: what a crash leaves unsettled is read again from the beginning.
        return Delivery(batch) { _ in }
    }

    private func nextRun() async throws(IntegrationError) -> RecordRun? {
        while !isDone, !context.shutdown.isSignalled {
            let isLast = current == files.count - 1
            let follows = mode == .follow && isLast
            if let run = try await reader.next(takesRest: !follows) { return run }
            if !isLast {
                current += 1
                try await reader.open(files[current])
            } else if follows {
                guard try await waitForMore() else { return nil }
            } else {
                isDone = true
            }
        }
        return nil
    }

    /// Waits until a followed file has more; false when the flow is shutting down.
    private func waitForMore() async throws(IntegrationError) -> Bool {
        while !context.shutdown.isSignalled {
            switch await reader.change() {
            case .grown: return true
            case .truncated, .replaced:
                // What stood behind the last line feed of the old file is its last record.
                try await reader.open(files[current])
                return true
            case .none, .gone: break
            }
            do {
                try await context.clock.sleep(for: pollInterval)
            } catch {
                return false
            }
        }
        return false
    }
}
