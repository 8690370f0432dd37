internal import FileSystemClient
public import IntegrationCore
internal import Logging

/// Appends messages to a file, a line each. Accepted means: on the disk (`fdatasync`), unless `sync` is off.
///
/// A batch is whole in the file or not at all. Several of these, in several processes, may append to one file.
public struct FileDestination: Destination {
    public var path: String
    public var syncs: Bool
    /// Begin a new file beyond this many bytes.
    public var rotationSize: Int?
    /// Begin a new file after this long.
    public var rotationAge: Duration?

    public init(path: String, syncs: Bool = true, rotationSize: Int? = nil, rotationAge: Duration? = nil) {
        self.path = path
        self.syncs = syncs
        self.rotationSize = rotationSize
        self.rotationAge = rotationAge
    }

    public func withSender<R: Sendable>(
        in context: FlowContext, _ body: (any Sender) async throws -> R
    ) async throws -> R {
        let file = try AppendingFile(
            path: path, syncs: syncs, rotation: Rotation(size: rotationSize, age: rotationAge), clock: context.clock)
        try await file.open()
        let cut = await file.cutCount
        if cut > 0 {
            context.logger.warning(
                "a half-written line at the end of a file was cut off",
                metadata: ["path": "\(path)", "bytes": "\(cut)"])
        }
        do {
            let result = try await body(FileSender(file: file))
            await file.close()
            return result
        } catch {
            await file.close()
            throw error
        }
    }
}

struct FileSender: Sender {
    let file: AppendingFile
    var isAllOrNothing: Bool { true }

    func send(_ batch: Batch) async throws(IntegrationError) -> SendReport {
        try await file.append(batch.lines())
        return .accepted
    }
}
