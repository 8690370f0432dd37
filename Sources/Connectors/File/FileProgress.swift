internal import FileSystemClient
internal import IntegrationCore

/// What of a file was settled before the engine was started again.
struct FileProgress: Sendable {
    /// In bytes from the beginning, in order.
    private var completed: [Range<UInt64>] = []

    init() {}

    /// Asks the store and goes on behind what is settled at the beginning. A file that is shorter than what was settled
    /// has been written anew: it is another stream, and stays that one however long it grows.
    init(of reader: RecordReader, _ context: FlowContext) async throws(IntegrationError) {
        guard let positions = context.positions else { return }
        var stream = await reader.stream
        completed = try await positions.completed(Self.stream(stream)) ?? []
        while let later = try await positions.completed(Self.stream(RecordReader.stream(after: stream))) {
            stream = RecordReader.stream(after: stream)
            completed = later
        }
        if let end = completed.last?.upperBound, end > UInt64(await reader.size) {
            stream = RecordReader.stream(after: stream)
            completed = []
            try await positions.begin(Self.stream(stream))
        }
        await reader.become(stream)
        if let first = completed.first, first.lowerBound == 0 { try await reader.skip(to: Int(first.upperBound)) }
    }

    /// What of a file is settled that was just cut, and is read from its beginning: nothing.
    init(ofCut reader: RecordReader, _ context: FlowContext) async throws(IntegrationError) {
        try await context.positions?.begin(Self.stream(await reader.stream))
    }

    func isDone(_ span: Range<UInt64>) -> Bool {
        completed.contains { $0.lowerBound <= span.lowerBound && span.upperBound <= $0.upperBound }
    }

    /// The name of a stream in the store.
    static func stream(_ identity: UInt64) -> String { String(identity, radix: 16) }
}
