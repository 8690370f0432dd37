internal import FileSystemClient
internal import IntegrationCore

/// What of a file was settled before the engine was started again.
struct FileProgress: Sendable {
    /// In bytes from the beginning, in order.
    private var completed: [Range<UInt64>] = []

    init() {}

    /// Asks the store and goes on behind what is settled at the beginning. A file that is shorter than what was settled
    /// has been written anew: it is another stream.
    init(of reader: RecordReader, _ context: FlowContext) async throws(IntegrationError) {
        guard let positions = context.positions else { return }
        while true {
            completed = try await positions.completed(Self.stream(await reader.stream))
            guard let end = completed.last?.upperBound, end > UInt64(await reader.size) else { break }
            try await reader.rewind()
        }
        if let first = completed.first, first.lowerBound == 0 { try await reader.skip(to: Int(first.upperBound)) }
    }

    func isDone(_ span: Range<UInt64>) -> Bool {
        completed.contains { $0.lowerBound <= span.lowerBound && span.upperBound <= $0.upperBound }
    }

    /// The name of a stream in the store.
    static func stream(_ identity: UInt64) -> String { String(identity, radix: 16) }
}
